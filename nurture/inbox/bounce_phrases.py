"""What servers say when they refuse a mail, by reason, in the order in which it is looked for; here of mail and sender.

The order carries meaning: a refusal for spam often says `recipient rejected` too, and a full mailbox `unavailable`.
Each line is a pattern (phrase_lines.py). The texts come without accents, in one line, with addresses as `<>`, links
gone, host names as `<host>` and our own as `<ours>`.
"""

from nurture.inbox.bounce_phrases_abroad import PHRASES_ABROAD
from nurture.inbox.bounce_phrases_recipient import LAST_PHRASES, PHRASES_OF_RECIPIENTS
from nurture.inbox.phrase_lines import PhraseLines

# Said in words that elsewhere mean something else.
_EXCEPTIONS: tuple[tuple[str, str], ...] = (
    # What Exchange Online says of addresses that it does not know.
    ("user unknown", r"recipient address(?:es)? rejected\s?: access denied"),
    # What cPanel says of domains that it finds no way to, and Postfix of those whose name servers are away.
    ("domain unknown", r"the account or domain may not exist"),
    (
        "server not reached",
        r"""
        (?:host|domain|name|record)s? (?:\w+ ){0,2}(?:not found|lookup failure),? try again
        temporary (?:name|lookup|dns)|unrout\w{1,6} mail server
        """,
    ),
    (
        "address disabled",
        r"""
        (?:this|the|user's|users?|recipient's|recipient|e-?mail) (?:e-?mail )?(?:account|mail ?box) (?:has been|is|\
            was) (?:\w+ )?(?:blocked|disabled|suspended|locked|inactive|deactivated|frozen)
        """,
    ),
)
_PHRASES_OF_MAIL: tuple[tuple[str, str], ...] = (
    (
        "taken for spam",
        r"""
        spam classification
        (?:classified|detected|considered|rejected|refused|identified|marked|flagged|recogni[sz]ed|\
            tagged) as (?:\w+ )?(?:spam|junk|u[bc]e\b)
        (?:treated|suspected|regarded|scored|judged|determined) (?:as|to be|of being|of) (?:\w+ )?(?:spam|junk|\
            unsolicited)
        (?:rejected|refused|discarded|declined|denied)(?: for| due to| because of| by)? (?:\w+ )?(?:spam|junk|\
            unsolicited|content\b)
        (?:is|like|likely|probabl[ey]|possibl[ey]|suspected|contains?) (?:an? |to be )?(?:spam|unsolicited)
        spam[- ](?:message|like|content|score|detected|rejected|probability|points|level|mail|abuse)
        (?:anti-?spam|spam) (?:check|engine|system|scanner|gateway|filter|policy|rule)
        high(?:ly)?\b[^.;]{0,20} spam|high probability of
        \bu[bc]e\b|unsolicited (?:bulk |commercial )?(?:e-?mail|mail|message)|unusual rate of unsolicited
        spamassassin|message looks|gtube|\bjunk\b|bulk (?:e-?mail|mail|message)s?\b
        content (?:is |was )?rejected|content (?:is )?(?:not acceptable|unacceptable)
        blacklisted url|(?:url|link|domain)s?\b[^.;]{0,40}(?:\buribl\b|\bsurbl\b|\bdbl\b)
        (?:url|link|domain)s? (?:in|inside|within) (?:the |your |this )?(?:body|message|mail|content)
        mail rejete\. mail rejected
        profile the internet community|banned (?:word|phrase|content)|(?:may )?considers? (?:it |this )?spam
        content denied|\bdt:spm\b|\bmi:spb\b|spam-like|content examination
        """,
    ),
    (
        "virus found",
        r"""
        \bvirus(?:es)?\b|malware|malicious|\binfected|trojan|\bworm\b|ransomware
        phishing (?:attempt|mail|e-?mail|message|url|link|site|content)
        (?:is|as|contains|likely|possible) (?:a )?phish
        dangerous (?:attachment|file|content)
        """,
    ),
    (
        "mailbox full",
        r"""
        (?:mail ?box(?:es)?|mail ?drop|mail ?folder|inbox|folder|account|user|recipient|\
            maildir)(?:'s)?[^.;]{0,40}\bfull\b
        full mail ?box|mail_?box_?full|mboxfull|too many messages (?:on|in) (?:the |this )?mail ?box
        (?:mail ?box(?:es)?|mail ?drop|mail ?folder|inbox|maildir|disk ?space|storage)[^.;]{0,40}(?:exceed|out of|\
            over (?:its|the|his))
        (?:over|exceed(?:s|ed|ing)?|out of|above|beyond|reached|past|overdrawn)\b[^.;]{0,40}(?:quota|storage|\
            allotted|allocat|disk ?space)
        over_?quota|quota_?exceed|quota[^.;]{0,40}(?:exceed|full|reached|violat)|(?:mail|disk|storage) quota\b
        not enough (?:disk |free )?space
        (?:not enough|insufficient|no) (?:free )?(?:disk |storage |mail ?box |quota |more )?(?:space|room|storage|\
            quota)\b[^.;]{0,30}(?:mail ?box|user|recipient|account|left|for)
        (?:no|out of) (?:storage|disk) space|storage (?:space )?(?:is )?(?:exceed|full)
        insufficient (?:disk|storage|quota)
        exceeded (?:the |its |his |their )?(?:maximum |max )?(?:mail ?box|number of messages)|too much mail data
        recipient (?:inbox|mail ?box) full|message would exceed[^.;]{0,30}(?:quota|mail ?box)
        (?:disk ?space|disk|disc) quota|does(?: not|n.t) have enough (?:space|room)|enough storage space
        storage space\b|space has been used up
        mail file size exceeds|too many messages on the server|exceeding receiving limits
        """,
    ),
    (
        "message too large",
        r"""
        (?:messages?|mail|file|attachment|data|body|content|transaction|it)\b[^.;]{0,30}(?:too (?:big|large)|(?:is|\
            was|very) (?:big|large)|larger than|bigger than)
        too (?:big|large) (?:a |for|message|mail)|(?:message|mail|content|line|header|data) (?:is |was )?too long
        (?:message|mail|file|body|attachment|header)(?: size| length)?[^.;]{0,20}exceed
        exceed(?:s|ed|ing)?\b[^.;]{0,50}(?:\bsize|message length|bytes|\d ?[mk]b\b)
        (?:size|length) (?:limit|restriction|exceed)|maximum (?:allowed |permitted )?(?:message |mail )?size
        message_?too_?(?:large|big)|sendersizeexceeded|recipsizelimit|resolver\.rst\.\w{0,12}size
        """,
    ),
    (
        "sending server unnamed",
        r"""
        reverse (?:dns|lookup|hostname|mapping|entry|name)|\br-?dns\b|\bptr\b|fcrdns
        (?:cannot|can't|could not|unable to|failed to|not) (?:find|resolve|verify|get)[^.;]{0,20}your (?:hostname|\
            host|reverse|domain|ip|address)
        \b(?:helo|ehlo|connection|client)\b[^.;]{0,40}(?:no such|unknown|unresolv\w{1,5}) (?:client )?host
        unknown client host|unverifyable sending|unresolvable (?:hostname|relay)|client host rejected: cannot find
        (?:ip|client|server|host)(?: address)? does not (?:resolve|match|have)
        no (?:host ?)?name (?:found )?for (?:your|the) (?:ip|client|address)
        (?:ip |host)name (?:verification|lookup) failed
        """,
    ),
    (
        "sender not authenticated",
        r"""
        \bdmarc\b|unauthenticated (?:mail|e-?mail|message)
        \bspf\b[^.;]{0,80}(?:fail|reject|not |check|deny|denied|violat|record|error)
        (?:fail|reject|not|pass|deny)\w{0,4}[^.;]{0,60}\bspf\b|sender policy framework
        \bdkim\b[^.;'-]{0,60}(?:fail|reject|not |require|missing|invalid)
        (?:fail|reject|not|require|missing|invalid)\w{0,3}[^.;]{0,60}\bdkim\b[^-]|\badsp\b|sender-?id\b[^.;]{0,30}fail
        does(?: not|n't) (?:pass|meet)[^.;]{0,30}authenticat|authentication (?:checks?|level|results?)\b
        (?:domain|sender|mail|message) (?:is |was )?(?:not |un)authenticated
        not (?:authori[sz]ed|allowed|permitted) to send (?:e-?mail |mail )?(?:from|on behalf|for)
        (?:ip|server|host)\b[^.;]{0,40} not (?:authori[sz]ed|allowed|permitted)[^.;]{0,20}to send
        \bmi:spf\b|\bmi:dma\b|anti-?spoof|spoof(?:ed|ing)
        """,
    ),
    (
        "bad reputation",
        r"""
        reputation|poor (?:sending |sender |ip |domain )|low (?:sender|ip|trust)|sender ?score|senderbase
        unexpected volume or|user complaints|complaint rate|too many complaints|history of (?:spam|abuse)
        """,
    ),
    (
        "too much mail",
        r"""
        (?:daily|hourly|sending) (?:sending |message |mail |recipient )?(?:quota|limit)
        unable to receive more mail today|receive more mail
        too many (?:\w+ ){0,3}(?:connections?|messages|e-?mails?|mails|recipients|sessions|errors)
        too (?:many|much) (?:invalid|unknown|bad|requests|transactions|rcpt|commands|copies|hosts)
        rate[- ]?limit|throttl|limit(?:ed|s)? (?:on )?the (?:rate|number)|connection frequency|frequency limited
        (?:exceed|reach)\w{0,3}\b[^.;]{0,40}(?:\brate\b|connections?\b|messages per|per (?:hour|day|minute|second)|\
            sending limit|daily|hourly|threshold|max(?:imum)? (?:number|recipients))
        too (?:fast|quickly|frequent|often)|limit exceeded|sending limits?|receiving (?:e-?)?mail (?:at a rate|too)
        max(?:imum)? (?:number of )?(?:connections|messages|recipients)
        (?:connection|message|recipient|session|concurrency) limit
        unusual rate|unexpected volume|slow(?:ing)? down
        """,
    ),
    (
        "sender refused",
        r"""
        (?:sender|from|originator|return[- ]path|reverse[- ]path)(?: address| domain)? (?:was |is |\
            has been )?(?:rejected|denied|refused|blocked|invalid|unknown|not)\b
        domain (?:of|in) (?:the )?(?:sender|from\b|envelope|return)
        (?:user|mail ?box|address|domain)[^.;]{0,20} (?:as|for|of) (?:the |a |your )?sender
        <ours>[^.;]{0,40}\b(?:not\b|unknown|invalid|does|could|cannot|reject|denied|refus)
        \byour (?:mail |sending )?(?:domain|host|server) (?:is |was )?(?:not|unknown|invalid|does(?: not|n't))
        sender (?:address )?(?:verif\w{0,8}|callout|domain)[^.;]{0,30} (?:fail|reject|not|invalid|must|does)
        sender (?:address|domain|e-?mail)\b[^.;]{0,40}(?:not exist|not found|not valid|no such|\
            could not be verified|unverified|must)
        (?:invalid|unknown|bad|unverified|forged|illegal|banned|unrout\w{1,6}) (?:envelope )?(?:sender|from|\
            originator|return[- ]path)
        (?:blocked|rejected|does(?: not|n't) (?:like|accept)|refus\w{1,3}) (?:your |the |this )?(?:envelope )?sender
        (?:not|weren't|isn't) (?:allowed|authori[sz]ed|permitted|recogni[sz]ed) (?:to send|to post|to mail|\
            to submit|as a (?:valid )?sender)
        valid from\b|\bfrom: domain is|null sender|empty (?:envelope )?sender|adresse emetteur
        (?:recipient|user|he|she|they|person)[^.;]{0,20} blocked (?:you|your|this sender)|blocked by the recipient
        permission to (?:post|send)|mailfrom\b[^.;]{0,40}(?:reject|invalid|denied)|bad outbound sender
        \bbatv\b|invalid or expired email address|non-?member|members-only|valid sender domain
        (?:email )?address is not verified|sender domain\b|not pre-approved
        sender(?:\'s)?(?: address| is| has)?[^.;]{0,20}black ?-?list|access to submit messages
        only accepts? mail from (?:its )?members
        permission to send to this
        """,
    ),
    (
        "sending server blocked",
        r"""
        ^\W{0,3}(?:smtp;? ?)?(?:5\d\d )?(?:5\.\d\.\d+ )?blocked\b|go away\b|bad ip|bad sender ip|invalid ip\b
        ip profile|\bips? (?:is |are )?(?:blocked|on )|(?:mail|message) from your ip
        host network not allowed|no access from|smtp server of your isp|open proxy|currently sending spam
        helo command rejected|looks suspiciously
        \bdnsbl\b|black ?-?list|block ?-?list|deny ?-?list|\brbls?\b|real-?time block|spamhaus|spamcop
        barracudacentral|\b[xspc]bl\b|\(bl\)
        (?:your|sending|source|client) (?:mail ?|e-?mail )?(?:server'?s?|ip|host|address|mta|network|system|\
            connection|domain)(?: address| ip)?\b[^.;]{0,40}(?:block|refus|reject|listed|denied|banned|prohibit|\
            not (?:allowed|accepted|welcome))
        client host\b[^.;]{0,60}(?:block|reject|denied|refus)
        \bip\b(?: address| source)?[^.;]{0,30}(?:block|bloqu|reject|listed|denied|refus|banned)
        banned (?:sending )?(?:ip|host|address|client)
        blocked (?:ip|by|using|for|due|because|at|- see|address)|traffic not accepted from
        access denied[^.;]{0,20}(?:\bip\b|\[|\bhost)
        connections? (?:from|not accepted)[^.;]{0,60}(?:reject|refus|block|denied|servers)
        not accept(?:ing|ed)? (?:any )?(?:connections?|mail from)
        connection (?:rejected|denied|dropped) (?:due to|by|for)
        dynamic (?:ip|range|address|dns)|dial-?up|generic (?:rdns|reverse|hostname)|residential
        service refuse|rejecting (?:all )?(?:mail|connections) from|no mail (?:is )?accepted from
        suspected spam ip|connection denied|\b(?:con|rly|dns|hvu|rts|dyn):[a-z]{1,2}\d?\b
        """,
    ),
    (
        "asked to come later",
        r"""
        gr[ea]y-?list|postgrey|try again in \d|please (?:try|retry) (?:again )?later|come back (?:later|in)
        """,
    ),
    (
        "relaying denied",
        r"""
        relay(?:ing)?\b[^.;]{0,30}(?:denied|not (?:allowed|permitted|authori[sz]ed)|prohibited|forbidden|reject|\
            disabled|refused|unauthori[sz]ed)
        (?:not|unable|cannot|can't|won't|denied|no|unauthori[sz]ed|refus\w{1,3}) (?:to |an? |open |\
            third[- ]party )?relay
        rcpthosts|not a gateway|not configured to relay|unable to relay
        not (?:a |one of )?(?:my|our) (?:local )?domains?|not (?:a )?(?:local|hosted) domain
        domain (?:is )?not (?:hosted|handled|local|served|in my)|we (?:do not|don't) (?:relay|handle mail)
        """,
    ),
)

_MAIN_PHRASES = (*_PHRASES_OF_MAIL, *PHRASES_OF_RECIPIENTS)
_MAIN_WORDS = {word for word, _ in _MAIN_PHRASES}


def _abroad(word: str, lines: str) -> PhraseLines:
    return PhraseLines(f"{lines}\n{PHRASES_ABROAD.get(word, '')}")


PHRASES: tuple[tuple[str, PhraseLines], ...] = (
    *((word, PhraseLines(lines)) for word, lines in _EXCEPTIONS),
    *((word, _abroad(word, lines)) for word, lines in _MAIN_PHRASES),
    *((word, PhraseLines(lines) if word in _MAIN_WORDS else _abroad(word, lines)) for word, lines in LAST_PHRASES),
)
