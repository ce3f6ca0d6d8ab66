(() => {
  const $ = (id) => document.getElementById(id);
  const written = $("data").textContent.trim();
  const whole = written ? JSON.parse(written) : null; // all there is, where the page is a file of its own
  const VIEWS = [["wide", "Wide"], ["phone", "Phone"], ["text", "Text"], ["headers", "Headers"]];
  const state = { campaign: "", mail: "", contact: "full", language: "", view: "wide", dark: false };
  let project = null;
  let shown = null;
  let digest = "";
  let asked = 0;

  function el(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return made;
  }

  const mails = () => (shown ? shown.steps.filter((step) => step.kind === "email") : []);
  const current = () => mails().find((step) => step.step === state.mail) || mails()[0] || null;
  const kilobytes = (bytes) => (bytes < 10000 ? (bytes / 1000).toFixed(1) : Math.round(bytes / 1000)) + " kB";
  const counted = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

  // What is chosen stands in the address, so that it can be kept, sent on and gone back to.
  function readAddress() {
    const said = new URLSearchParams(location.hash.slice(1));
    for (const name of ["campaign", "mail", "contact", "language"]) if (said.has(name)) state[name] = said.get(name);
    if (VIEWS.some(([name]) => name === said.get("view"))) state.view = said.get("view");
    state.dark = said.get("dark") === "1";
  }

  function writeAddress() {
    const said = new URLSearchParams();
    for (const name of ["campaign", "mail", "contact", "language"]) if (state[name]) said.set(name, state[name]);
    said.set("view", state.view);
    if (state.dark) said.set("dark", "1");
    history.replaceState(null, "", "#" + said);
  }

  function query(more = {}) {
    return new URLSearchParams({ contact: state.contact, language: state.language, ...more });
  }

  async function ask(path) {
    const answer = await fetch(path, { headers: { Accept: "application/json" } });
    const told = await answer.json().catch(() => ({ message: "That cannot be shown." }));
    if (!answer.ok) throw told;
    return told;
  }

  async function load() {
    const turn = ++asked;
    try {
      const found = whole
        ? whole.views[[state.campaign, state.contact, state.language].join("\n")]
        : await ask("campaign?" + query({ name: state.campaign }));
      if (turn !== asked) return; // something else was asked for meanwhile
      shown = found;
      if (!mails().some((step) => step.step === state.mail)) state.mail = mails().length ? mails()[0].step : "";
      showChoices();
      showList();
      showMail();
      writeAddress();
    } catch (trouble) {
      if (turn !== asked) return;
      showTrouble(trouble);
    }
  }

  function choose(changes) {
    Object.assign(state, changes);
    if ("campaign" in changes || "contact" in changes || "language" in changes) return load();
    showList();
    showMail();
    writeAddress();
    return undefined;
  }

  function turn(steps) {
    const all = mails();
    const to = all[all.indexOf(current()) + steps];
    if (!to) return;
    choose({ mail: to.step });
    const entry = document.querySelector("nav .mail[aria-current=true]");
    if (entry && entry.offsetParent) entry.scrollIntoView({ block: "nearest" });
  }

  function fill(select, options, value) {
    const known = options.some(([key]) => key === value);
    const all = known ? options : [...options, [value, value]];
    select.replaceChildren(...all.map(([key, label]) => el("option", { value: key, selected: key === value }, label)));
    select.value = value;
  }

  function showChoices() {
    $("project").textContent = project.project;
    fill($("campaign"), project.campaigns.map((name) => [name, name]), state.campaign);
    fill($("who"), Object.entries(project.samples), state.contact);
    const own = project.samples[state.contact] ? [] : [["", "their own"]];
    const first = shown.languages[0];
    const languages = shown.languages.map((tag) => [tag, languageName(tag)]);
    if (!own.length && !state.language) state.language = whole ? "" : first;
    fill($("language"), whole && !state.language ? [["", "their own"]] : [...own, ...languages], state.language);
    document.title = `${state.campaign} - previews of ${project.project}`;
  }

  function languageName(tag) {
    try {
      return `${new Intl.DisplayNames(["en"], { type: "language" }).of(tag)} (${tag})`;
    } catch {
      return tag;
    }
  }

  function showList() {
    const parts = [];
    if (shown.description) parts.push(el("p", { class: "about" }, shown.description));
    let stage = null;
    let branch = "";
    let list = null;
    for (const step of shown.steps) {
      if (step.stage !== stage) {
        stage = step.stage;
        branch = "";
        list = el("ol");
        parts.push(el("h2", {}, stage), list);
      }
      const depth = "in-" + Math.min(3, step.depth);
      if (step.branch && step.branch !== branch) list.append(el("li", { class: depth }, el("div", { class: "branch" }, step.branch)));
      branch = step.branch;
      list.append(el("li", { class: depth }, step.kind === "email" ? mailEntry(step) : otherEntry(step)));
    }
    $("list").replaceChildren(...parts);
  }

  function otherEntry(step) {
    const when = step.when.startsWith("right after") ? "" : `, ${step.when}`;
    return el("div", { class: "other" }, el("span", {}, step.what + when + (step.only ? `, ${step.only}` : "")));
  }

  function mailEntry(step) {
    const errors = (step.error ? 1 : 0) + step.problems.filter((each) => each.severity === "error").length;
    const warnings = step.problems.length + (step.error ? 1 : 0) - errors;
    const kind = errors ? "error" : "warning";
    const title = errors ? counted(errors, "error") : counted(warnings, "warning");
    return el(
      "button",
      { type: "button", class: "mail", "aria-current": step === current() ? "true" : null, "data-step": step.step, onclick: () => { choose({ mail: step.step }); closeMenu(); } },
      el("span", { class: "number" }, String(step.number)),
      el("span", { class: "subject", lang: step.mail ? step.mail.language : null }, step.mail ? step.mail.subject : step.step),
      errors || warnings ? el("span", { class: `dot ${kind}`, title, "aria-label": title }, String(errors || warnings)) : el("span"),
      el("span", { class: "when" }, step.when),
    );
  }

  function showMail() {
    const step = current();
    if (!step) return showNoMail();
    const all = mails();
    const index = all.indexOf(step);
    const facts = [step.when, step.window, step.only].filter(Boolean).join(" · ");
    const page = [
      el(
        "div", { class: "head" },
        el("div", {},
          el("h1", { lang: step.mail ? step.mail.language : null }, step.mail ? step.mail.subject || "(no subject)" : step.step),
          el("p", {}, `${step.stage} › ${step.step} · ${facts}`)),
        el("span", { class: "turn" },
          el("button", { type: "button", "aria-label": "The mail before", title: "The mail before (←)", disabled: index === 0, onclick: () => turn(-1) }, "‹"),
          el("button", { type: "button", "aria-label": "The next mail", title: "The next mail (→)", disabled: index === all.length - 1, onclick: () => turn(1) }, "›"))),
      ...ofCampaign(),
    ];
    const told = step.problems.map(problem);
    if (step.error) {
      page.push(el("section", { class: "card broken", id: "broken" }, el("h2", {}, "This mail cannot be written"), problem({ ...step.error, severity: "error" }), ...told));
      $("main").replaceChildren(...page);
      return undefined;
    }
    page.push(...told);
    const body = $("main").querySelector(".body");
    const same = body && body.dataset.key === [state.campaign, step.step, state.view].join("\n");
    const kept = same ? body.querySelector("iframe") : null;
    page.push(el("div", { class: "body", "data-key": [state.campaign, step.step, state.view].join("\n") }, reading(step, kept), side(step)));
    const scroll = $("main").scrollTop;
    $("main").replaceChildren(...page);
    $("main").scrollTop = same ? scroll : 0;
    return undefined;
  }

  function showNoMail() {
    const some = shown.problems.map(problem);
    const words = some.length ? "This campaign cannot be shown yet" : "This campaign has no email";
    $("main").replaceChildren(el("section", { class: "card broken", id: "broken" }, el("h2", {}, words), ...some));
  }

  function showTrouble(trouble) {
    const told = { severity: "error", message: trouble.message || String(trouble), hint: trouble.hint || "", file: trouble.where || "", line: 0, lines: [] };
    $("main").replaceChildren(el("section", { class: "card broken", id: "broken" }, el("h2", {}, "This cannot be shown"), problem(told)));
  }

  function ofCampaign() {
    if (!shown.problems.length) return [];
    const has = shown.problems.some((each) => each.severity === "error");
    const words = `${counted(shown.problems.length, has ? "problem" : "warning")} of the campaign as a whole`;
    return [el("details", { class: "more", open: has }, el("summary", {}, words), ...shown.problems.map(problem))];
  }

  function problem(each) {
    const place = [each.file, each.line || "", each.line && each.column ? each.column : ""].filter(Boolean).join(":");
    const lines = each.lines.map((line) => el("span", { class: line.is_it ? "it" : null, "data-number": line.number }, line.text || " "));
    return el(
      "div", { class: `problem ${each.severity}` },
      el("p", { class: "what" }, each.message),
      place ? el("p", { class: "where" }, place + (each.code ? `  [${each.code}]` : "")) : null,
      each.hint ? el("p", { class: "todo" }, each.hint) : null,
      lines.length ? el("pre", { tabindex: "0" }, ...lines) : null,
    );
  }

  function reading(step, kept) {
    const tabs = el("div", { class: "tabs", role: "tablist", "aria-label": "View" }, ...VIEWS.map(([name, label], index) =>
      el("button", { type: "button", role: "tab", id: `view-${name}`, title: `Key ${index + 1}`, "aria-selected": String(state.view === name), onclick: () => choose({ view: name }) }, label)));
    const isHtml = state.view === "wide" || state.view === "phone";
    const dark = el("label", { class: "dark-switch", title: "Key d", hidden: !isHtml },
      el("input", { type: "checkbox", id: "dark", checked: state.dark, onchange: (event) => choose({ dark: event.target.checked }) }), "Dark");
    const parts = [el("div", { class: "bar" }, tabs, dark)];
    if (step.mail.language !== wanted(step)) parts.push(el("p", { class: "note" }, `There is no ${languageName(state.language)} version of this mail: ${languageName(step.mail.language)} is sent.`));
    if (isHtml && state.dark && !step.mail.has_dark_look) parts.push(el("p", { class: "note" }, "This mail says nothing about the dark: shown as programs do that turn colours round."));
    parts.push(desk(step, kept));
    return el("section", { class: "card", "aria-label": "The mail" }, ...parts);
  }

  function wanted(step) {
    const base = state.language.toLowerCase().split("-")[0];
    return !state.language || step.mail.language.toLowerCase().split("-")[0] === base ? step.mail.language : state.language;
  }

  function desk(step, kept) {
    const made = el("div", { class: `desk ${state.view}` });
    if (state.view === "text") made.append(el("pre", { class: "paper", id: "text", lang: step.mail.language, tabindex: "0" }, step.mail.text));
    else if (state.view === "headers") made.append(headers(step));
    else made.append(frame(step, kept));
    return made;
  }

  function headers(step) {
    const rows = step.mail.headers.map(([name, value]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, value)));
    const raw = whole ? null : el("a", { href: "raw?" + query({ campaign: state.campaign, step: step.step }), download: `${step.step}.eml` }, "Save the whole mail as .eml");
    return el("div", {}, el("table", { class: "rows", id: "headers" }, ...rows), el("p", { class: "foot quiet" }, "Links lead nowhere here, and a DKIM signature is set when a mail is sent. ", raw));
  }

  // The mail may neither run anything nor lead anywhere: only its height is read, to show the whole of it.
  function frame(step, kept) {
    const scheme = state.dark ? "dark" : "light";
    const made = el("iframe", { title: `${step.mail.subject}, ${state.view}${state.dark ? ", dark" : ""}`, sandbox: "allow-same-origin", class: scheme, id: "frame" });
    if (whole) made.srcdoc = step.mail[scheme];
    else made.src = "mail?" + query({ campaign: state.campaign, step: step.step, scheme, as: digest });
    const place = el("div", { class: "device" });
    const fit = () => {
      const inside = made.contentDocument && made.contentDocument.documentElement;
      if (inside && state.view === "phone") inside.style.scrollbarWidth = "none"; // as phones have none
      if (inside && state.view === "wide") {
        made.style.height = "0";
        made.style.height = `${Math.max(420, inside.scrollHeight)}px`;
      }
    };
    const before = kept && kept.contentWindow ? kept.contentWindow.scrollY : 0;
    if (kept) made.style.height = kept.style.height;
    made.addEventListener("load", () => {
      fit();
      if (before) made.contentWindow.scrollTo(0, before);
      document.documentElement.dataset.ready = [state.campaign, step.step, state.view, scheme, digest].join(" ");
    });
    new ResizeObserver(fit).observe(place);
    place.append(made);
    return place;
  }

  function side(step) {
    const mail = step.mail;
    const header = (name) => (mail.headers.find(([key]) => key.toLowerCase() === name) || ["", ""])[1];
    const from = header("from").replace(/\s*<[^>]*>$/, "").replace(/^"|"$/g, "") || header("from");
    const length = mail.subject_length;
    const fits = length <= mail.subject_limit ? "fits a phone's list" : `a phone's list cuts it after about ${mail.subject_limit}`;
    const share = Math.min(100, (100 * mail.html_size) / mail.clips_at);
    const fill = el("i");
    fill.style.width = `${share}%`;
    const shown = ["from", "to", "reply-to", "list-unsubscribe"].filter((name) => header(name));
    return el(
      "div", { class: "side" },
      el("section", { class: "card" }, el("h2", {}, "In the inbox"),
        el("div", { class: "inbox", lang: mail.language },
          el("span", { class: "from" }, el("span", {}, from), el("small", {}, "now")),
          el("span", { class: "line" }, mail.subject),
          el("span", { class: "rest" }, mail.snippet)),
        el("p", { class: "measure" }, `Subject: ${counted(length, "character")}, ${fits}.`),
        mail.preheader ? null : el("p", { class: "measure" }, "No preheader: the inbox shows the first words of the mail.")),
      el("section", { class: "card" }, el("h2", {}, "Size", el("small", {}, `${kilobytes(mail.html_size)} of ${kilobytes(mail.clips_at)}`)),
        el("div", { class: `meter${mail.clipped ? " over" : ""}`, role: "img", "aria-label": `${Math.round(share)} percent` }, fill),
        el("p", { class: "quiet" }, mail.clipped ? "Gmail cuts it, and hides the unsubscribe link with the rest." : `Gmail shows all of it. With headers${mail.attachments.length ? ", attachments" : ""} and text ${kilobytes(mail.size)}.`)),
      el("section", { class: "card" }, el("h2", {}, "Links", el("small", {}, String(mail.links.length))),
        mail.links.length ? el("ul", { class: "links", id: "links" }, ...mail.links.map(link)) : el("p", { class: "quiet" }, "None.")),
      el("section", { class: "card" }, el("h2", {}, "Attachments", el("small", {}, String(mail.attachments.length))),
        mail.attachments.length ? el("ul", { class: "links" }, ...mail.attachments.map((file) => el("li", {}, el("b", {}, file.filename), `${file.type}, ${kilobytes(file.size)}`))) : el("p", { class: "quiet" }, "None.")),
      el("section", { class: "card" }, el("h2", {}, "Envelope"),
        el("dl", {}, ...shown.flatMap((name) => [el("dt", {}, name.replace(/(^|-)[a-z]/g, (first) => first.toUpperCase())), el("dd", {}, header(name))]), el("dt", {}, "Template"), el("dd", {}, step.what))),
      el("p", { class: "keys" }, el("kbd", {}, "←"), " ", el("kbd", {}, "→"), " mails  ", el("kbd", {}, "1"), "-", el("kbd", {}, "4"), " views  ", el("kbd", {}, "d"), " dark"),
    );
  }

  function link(each) {
    const isOwn = each.name === "unsubscribe" && !each.tracked;
    const address = isOwn ? el("span", { class: "url quiet" }, "the reader's own page")
      : /^https?:/.test(each.url) ? el("a", { class: "url", href: each.url, target: "_blank", rel: "noopener noreferrer" }, each.url)
      : el("span", { class: "url" }, each.url);
    return el("li", {}, el("b", {}, each.text || "(no words)"), address,
      each.name ? el("span", { class: "tag" }, each.name) : null,
      el("span", { class: `tag${each.tracked ? " good" : ""}` }, each.tracked ? "tracked" : "not tracked"),
      each.https ? null : el("span", { class: "tag bad" }, "no https"));
  }

  // Contacts of the database
  let found = [];
  let marked = -1;
  let waiting = 0;

  function showFound() {
    const entries = found.map((each, index) => el("li", { role: "option", id: `found-${index}`, "aria-selected": String(index === marked), onmousedown: (event) => { event.preventDefault(); take(index); } }, each.name || each.email, each.name ? el("small", {}, each.email) : null));
    $("found").replaceChildren(...(entries.length ? entries : [el("li", { class: "none" }, "Nobody found")]));
    $("find").setAttribute("aria-activedescendant", marked >= 0 ? `found-${marked}` : "");
  }

  function openFound(isOpen) {
    $("found").hidden = !isOpen;
    $("find").setAttribute("aria-expanded", String(isOpen));
  }

  async function find() {
    const text = $("find").value;
    try {
      const people = await ask("contacts?" + new URLSearchParams({ q: text }));
      if (text !== $("find").value) return;
      found = people;
      marked = people.length && text ? 0 : -1;
      showFound();
      openFound(document.activeElement === $("find"));
    } catch (trouble) {
      found = [];
      $("found").replaceChildren(el("li", { class: "none" }, trouble.message || "The database does not answer."));
      openFound(true);
    }
  }

  function take(index) {
    if (!found[index]) return;
    $("find").value = "";
    openFound(false);
    $("find").blur();
    choose({ contact: found[index].email, language: "" });
  }

  function closeMenu() {
    $("list").classList.remove("open");
    $("menu").setAttribute("aria-expanded", "false");
  }

  function listen() {
    $("campaign").addEventListener("change", (event) => choose({ campaign: event.target.value, mail: "" }));
    $("who").addEventListener("change", (event) => choose({ contact: event.target.value }));
    $("language").addEventListener("change", (event) => choose({ language: event.target.value }));
    $("menu").addEventListener("click", () => {
      const isOpen = $("list").classList.toggle("open");
      $("menu").setAttribute("aria-expanded", String(isOpen));
    });
    $("find").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(find, 120); });
    $("find").addEventListener("focus", find);
    $("find").addEventListener("blur", () => openFound(false));
    $("find").addEventListener("keydown", (event) => {
      if (event.key === "Escape") { openFound(false); $("find").blur(); }
      if (event.key === "Enter") take(Math.max(0, marked));
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        marked = Math.max(0, Math.min(found.length - 1, marked + (event.key === "ArrowDown" ? 1 : -1)));
        showFound();
      }
    });
    addEventListener("hashchange", () => { readAddress(); load(); });
    addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
      if (!shown || !current()) return;
      if (event.key === "ArrowRight" || event.key === "j") turn(1);
      else if (event.key === "ArrowLeft" || event.key === "k") turn(-1);
      else if (VIEWS[Number(event.key) - 1]) choose({ view: VIEWS[Number(event.key) - 1][0] });
      else if (event.key === "d") choose({ dark: !state.dark });
      else return;
      event.preventDefault();
    });
  }

  // The server says when a file was saved, and first of all how the files are now.
  function watch() {
    const live = $("live");
    const source = new EventSource("changes");
    source.onmessage = async (event) => {
      const isFirst = digest === event.data;
      digest = event.data;
      live.className = "live";
      live.textContent = "Live";
      if (isFirst) return;
      project = await ask("project").catch(() => project);
      await load();
      live.textContent = `Changed ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" })}`;
      live.classList.add("new");
    };
    source.onerror = () => {
      live.className = "live off";
      live.textContent = "Not running";
    };
  }

  async function start() {
    listen();
    if (whole) {
      project = whole;
      const [campaign, contact, language] = Object.keys(whole.views)[0].split("\n");
      Object.assign(state, { campaign, contact, language });
      $("finder").hidden = true;
    } else {
      project = await ask("project");
      Object.assign(state, { campaign: project.begins.first, contact: project.begins.who, language: project.begins.language });
      digest = project.digest;
    }
    readAddress();
    if (!project.campaigns.includes(state.campaign)) Object.assign(state, { campaign: project.campaigns[0] || "", mail: "" });
    await load();
    if (!whole) watch();
  }

  start().catch(showTrouble);
})();
