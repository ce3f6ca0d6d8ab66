"""What people write and what they mean by it, in the languages whose books ship."""

from datetime import UTC, datetime

import pytest

from nurture.domain.phrases import PhraseBook
from nurture.domain.verdict import Verdict
from nurture.inbox.classify import Judge
from nurture.inbox.parse import parse
from nurture.inbox.patterns import check_pattern
from nurture.loader.phrase_books import SHIPPED, read_book, shipped_phrases
from tests.support.judging import classify

NOW = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)


def mail(text: str, subject: str, more: str = "") -> bytes:
    return (
        f"From: Wanna <wanna@writer.example>\nTo: mali@example.com\nSubject: {subject}\n{more}"
        f"Content-Type: text/plain; charset=utf-8\n\n{text}\n"
    ).encode()


def answer(text: str, *, subject: str = "Re: hello", more: str = "") -> Verdict:
    return classify(parse(mail(text, subject, more)), now=NOW)


def meant(text: str) -> str:
    verdict = answer(text)
    return verdict.intent or verdict.kind


SENTENCES = """
interested | Sounds interesting, how much is it?
interested | call me tomorrow at 3
interested | Let's talk.
interested | Send me the offer please.
interested | Yes please
interested | Sure, why not.
interested | I wasn't interested last year, but now we want to start.
interested | Don't hesitate to call me, we want to see a demo.
interested | Can't wait to get started!
interested | Thursday at 10 works for me.
interested | Tell me more
interested | This is exactly what we need.
interested | Could you send us a quote for 20 seats?
question | how much is it?
question | How does it work with Outlook?
question | Is support included?
question | Can you explain how billing works?
question | We already use another tool. What is different about yours?
question | And in Thai?
question | I have a question about the price.
not_now | no budget this year
not_now | Not now, but interested in May
not_now | We are not interested at the moment.
not_now | Too busy right now
not_now | Maybe later this year, we are swamped at the moment.
not_now | Please contact me again in three months.
not_now | Let's talk again in September.
not_now | Let's revisit this next quarter
not_interested | not interested
not_interested | We already have a supplier.
not_interested | No thanks
not_interested | No.
not_interested | I don't think we are interested in a demo.
not_interested | Interesting, but not for us.
not_interested | We decided to go with another vendor.
not_interested | We have no need for this.
not_interested | It looks interesting but we'll pass.
wrong_person | I am not the right person, please talk to anan@writer.example
wrong_person | I left the company.
wrong_person | You have the wrong person.
wrong_person | Not my department, sorry.
wrong_person | I no longer work there.
wrong_person | Please contact our purchasing department.
other | thanks
other | ok
other | 081 555 0199
other | Thanks, no questions.
other | Received, thank you.
other | How are you?
other | I hope you're well?
interested | สนใจค่ะ ขอรายละเอียดเพิ่มเติม
interested | โทรมาได้เลยครับ
interested | รบกวนส่งใบเสนอราคาให้ด้วยค่ะ
interested | ปีก่อนไม่สนใจครับ แต่ตอนนี้อยากได้เลย
interested | ขอนัดดูเดโมสัปดาห์หน้าได้ไหมคะ
interested | ตกลงครับ
interested | อยากลองใช้ดูก่อนค่ะ
interested | ได้เลยค่ะ
question | ราคาเท่าไหร่คะ
question | ใช้กับ Excel ได้ไหมครับ
question | อยากทราบว่าข้อมูลเก็บไว้ที่ไหน
question | สอบถามหน่อยค่ะ
question | ต่างจากแพ็กเกจเดิมอย่างไรคะ
not_now | ตอนนี้ยังไม่พร้อมครับ
not_now | ยังไม่สนใจตอนนี้ค่ะ
not_now | ไว้ปีหน้าค่อยคุยกันใหม่
not_now | งบหมดแล้วค่ะ
not_now | ช่วงนี้ยุ่งมากค่ะ
not_now | สนใจนะคะ แต่งบยังไม่ออก
not_now | ขอเป็นหลังสงกรานต์นะคะ
not_interested | ไม่สนใจค่ะ
not_interested | ไม่เอาครับ
not_interested | ขอผ่านค่ะ
not_interested | มีเจ้าประจำอยู่แล้วครับ
not_interested | น่าสนใจ แต่ไม่มีความจำเป็นต้องใช้ครับ
not_interested | เลือกเจ้าอื่นไปแล้วค่ะ
wrong_person | ดิฉันไม่ได้ดูแลเรื่องนี้ค่ะ
wrong_person | ส่งผิดคนแล้วครับ
wrong_person | ลาออกจากบริษัทแล้วค่ะ
wrong_person | รบกวนติดต่อฝ่ายจัดซื้อค่ะ
other | สบายดีไหมคะ
other | ขอบคุณค่ะ
other | รับทราบครับ
other | ไม่มีคำถามค่ะ
interested | Das klingt gut, bitte schicken Sie uns ein Angebot.
interested | Gerne!
question | Was kostet das?
not_now | Im Moment haben wir keinen Bedarf.
not_now | Melden Sie sich bitte im Herbst wieder.
not_interested | Kein Interesse.
not_interested | Nein danke
wrong_person | Ich bin nicht der richtige Ansprechpartner.
wrong_person | Bitte wenden Sie sich an meine Kollegin.
other | Wie geht es Ihnen?
interested | Oui, cela m'intéresse.
interested | Merci de m'envoyer un devis.
question | Combien ça coûte ?
not_now | Pas pour le moment.
not_now | Recontactez-moi en septembre.
not_interested | Nous ne sommes pas intéressés.
not_interested | Non merci
wrong_person | Je ne suis pas la bonne personne.
other | Comment allez-vous ?
interested | Me interesa, llámeme mañana.
interested | ¿Puede enviarme un presupuesto?
question | ¿Cuánto cuesta?
not_now | Por ahora no, quizás más adelante.
not_interested | No me interesa.
not_interested | No, gracias
wrong_person | No soy la persona indicada.
interested | ぜひ詳しいお話を伺いたいです。
interested | 見積書を送ってください。
question | 料金はいくらですか。
not_now | 今年は予算がありません。
not_interested | 今回は見送らせていただきます。
not_interested | 興味がありません。
wrong_person | 私は担当ではありません。
other | お元気ですか。
interested | Tenho interesse, pode me enviar uma proposta?
question | Quanto custa?
not_now | No momento não temos orçamento.
not_interested | Não tenho interesse.
wrong_person | Não sou a pessoa certa.
interested | Siamo interessati, possiamo sentirci domani?
question | Quanto costa?
not_now | Al momento non abbiamo budget.
not_interested | Non siamo interessati.
wrong_person | Non sono la persona giusta.
interested | Wij zijn geïnteresseerd.
question | Wat kost het?
not_now | Op dit moment niet.
not_interested | Geen interesse.
wrong_person | Ik ben niet de juiste persoon.
interested | 我们很感兴趣，请发一份报价单。
question | 多少钱？
not_now | 目前没有预算。
not_interested | 不感兴趣，谢谢。
wrong_person | 我不负责这件事。
interested | Saya tertarik, tolong kirim penawaran.
question | Berapa harganya?
not_now | Saat ini belum ada anggaran.
not_interested | Saya tidak tertarik.
wrong_person | Saya bukan orang yang tepat.
interested | Tôi quan tâm, vui lòng gửi báo giá.
question | Giá bao nhiêu ạ?
not_now | Hiện tại chúng tôi chưa có nhu cầu.
not_interested | Tôi không quan tâm.
wrong_person | Tôi không phải người phụ trách.
unsubscribe | please take me off your list
unsubscribe | Stop emailing me!!
unsubscribe | STOP
unsubscribe | Please remove me from the list, I am not interested.
unsubscribe | Don't ever write to me again
unsubscribe | How do I unsubscribe?
unsubscribe | Leave me alone.
unsubscribe | I do not want to receive these emails any more.
unsubscribe | อย่าส่งมาอีก
unsubscribe | ขอยกเลิกรับข่าวสารค่ะ
unsubscribe | เลิกส่งได้แล้ว!
unsubscribe | รบกวนลบชื่อออกจากรายการส่งด้วยค่ะ
unsubscribe | Bitte streichen Sie mich aus dem Verteiler.
unsubscribe | Ich möchte keine weiteren E-Mails erhalten.
unsubscribe | Désinscrivez-moi
unsubscribe | Merci de me retirer de votre liste.
unsubscribe | Por favor, denme de baja.
unsubscribe | No me envíen más correos.
unsubscribe | 配信を停止してください
unsubscribe | Por favor, remova meu e-mail da lista.
unsubscribe | Cancellatemi dalla vostra lista.
unsubscribe | Verwijder mij uit uw mailinglijst.
unsubscribe | 请不要再给我发邮件
unsubscribe | Tolong hapus saya dari daftar.
unsubscribe | Vui lòng hủy đăng ký.
question | Is there an unsubscribe link I could use in my own newsletters?
question | how do I cancel a subscription for one of my users?
other | I almost unsubscribed but this is great
other | please don't unsubscribe me
other | remove the attachment please
other | Please remove me from cc and add Joe, he runs this project.
other | stop by our office
question | ปุ่มยกเลิกการรับอีเมลของลูกค้าอยู่ตรงไหนคะ
"""


@pytest.mark.parametrize("line", [line for line in SENTENCES.split("\n") if line])
def test_a_sentence_means_what_a_careful_person_reads_in_it(line: str) -> None:
    expected, _, text = line.partition(" | ")
    assert meant(text) == expected


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("write me again in May", "2026-05-01"),
        ("Not now, maybe next quarter.", "2026-04-01"),
        ("Please contact me again in three months.", "2026-06-03"),
        ("Get in touch after 15 April please.", "2026-04-16"),
        ("No budget right now, ask us again in Q3.", "2026-07-01"),
        ("Maybe next year.", "2027-01-01"),
        ("No time now, write again after Songkran.", "2026-04-16"),
        ("No budget this year, please come back to us in January.", "2027-01-01"),
        ("Could you contact me again on 14/09/2026? We have no budget now.", "2026-09-14"),
        ("ไว้คุยกันหลังสงกรานต์นะคะ", "2026-04-16"),
        ("ไว้ปีหน้าค่ะ", "2027-01-01"),
        ("ช่วงนี้ยังไม่พร้อม ติดต่อมาใหม่เดือนหน้านะครับ", "2026-04-01"),
        ("ตอนนี้ยุ่งมาก สิ้นเดือนค่อยคุยกัน", "2026-03-31"),
        ("ปีนี้งบหมดแล้ว ติดต่อมาใหม่เดือนมกราคม 2570", "2027-01-01"),
        ("Im Moment nicht, melden Sie sich bitte im September wieder.", "2026-09-01"),
        ("Recontactez-nous dans trois mois.", "2026-06-03"),
        ("Hablemos de nuevo en octubre.", "2026-10-01"),
        ("Este ano não temos orçamento. Fale comigo novamente em janeiro de 2027.", "2027-01-01"),
        ("No budget this year.", None),
    ],
)
def test_who_puts_us_off_may_say_until_when(text: str, until: str | None) -> None:
    verdict = answer(text)
    assert (verdict.intent, verdict.until and verdict.until.isoformat()) == ("not_now", until)


def test_the_words_stand_as_they_were_written_and_are_the_reason() -> None:
    verdict = answer("Hello,\n\nNo  BUDGET this year, I'm afraid.")
    assert verdict.intent_words == ("No BUDGET this year",)
    assert verdict.reason == "wrote: No BUDGET this year"


@pytest.mark.parametrize(
    ("text", "more", "colleague"),
    [
        ("I am not the right person, please talk to anan@writer.example.", "", "anan@writer.example"),
        ("Wrong person. My address is wanna@writer.example, yours mali@example.com.", "", None),
        ("Wrong person, Lena in cc looks after this.", "Cc: lena@writer.example\n", "lena@writer.example"),
        ("Not interested. See news@elsewhere.example", "", None),
    ],
)
def test_a_colleague_is_whose_address_the_person_names(text: str, more: str, colleague: str | None) -> None:
    assert answer(text, more=more).colleague == colleague


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wir haben leider keinen Bedarf", "de"),
        ("No me interesa", "es"),
        ("สนใจ demo ครับ", "th"),
        ("我们很感兴趣", "zh"),
        ("ぜひ", "ja"),
        ("No thanks", "en"),
        ("Geen interesse", "nl"),
        ("Спасибо, не интересно", "ru"),
        ("12345", None),
    ],
)
def test_the_language_is_told_from_script_and_small_words(text: str, language: str | None) -> None:
    assert answer(text).language == language


def test_a_subject_made_from_list_unsubscribe_is_a_wish_and_an_answer_to_one_is_not() -> None:
    assert answer("", subject="unsubscribe").kind == "unsubscribe"
    assert answer("", subject="Unsubscribe r7kq2xx").kind == "unsubscribe"
    assert answer("Thanks!", subject="Re: unsubscribe from chaos").kind == "reply"


def test_a_letter_that_mentions_unsubscribing_is_a_letter() -> None:
    letter = "We have been customers for years and like the reports. " * 10
    assert answer(letter + "Please take me off your list.").kind == "reply"


def test_what_only_the_quote_says_does_not_count() -> None:
    quoted = "Yes please.\n\nOn Mon, 2 Mar 2026 at 09:00, Mali <mali@example.com> wrote:\n> Please unsubscribe me\n"
    assert answer(quoted).intent == "interested"


def test_a_projects_own_phrases_count_beside_those_that_ship() -> None:
    own = PhraseBook(language="", has_spaces=True, groups={"interested": ("(?i:Send the Blue Folder)",)})
    raw = mail("Send the blue folder.", "Re: hello")
    assert classify(parse(raw), now=NOW).intent == "other"
    assert Judge((*shipped_phrases(), own)).classify(parse(raw), now=NOW).intent == "interested"


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("answers/*.yaml")), ids=lambda path: path.stem)
def test_every_pattern_of_a_shipped_book_can_be_used_and_no_group_is_unknown(path: object) -> None:
    book = read_book(path)  # type: ignore[arg-type]
    known = (
        read_book(SHIPPED / "answers" / "en.yaml").groups.keys()
        | {f"{name}_{number}" for name in ("month", "number", "nth") for number in range(1, 13)}
        | {"middle_of"}
    )
    assert set(book.groups) <= known
    for group, patterns in book.groups.items():
        for pattern in patterns:
            check_pattern(pattern, where=f"{path} {group}")
