"""The head of a quoted or forwarded mail, as desktop, web and telephone programs write it in their languages."""

import pytest

from nurture.inbox.quote import own_words
from tests.inbox.layouts import layouts

QUOTED = "Hello Somchai,\n\nshall we meet?\n\nMali"

TITLES = [
    "-----Original Message-----", "----- Original Message -----", "------ Original Message ------",
    "---------- Forwarded message ---------",
    "Begin forwarded message:", "-------- Original message --------", "*-------- Original Message --------*",
    "-----Original Appointment-----",
    "---- Replied Message ----", "------------------ Original ------------------",
    "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐",
    "-----Ursprüngliche Nachricht-----", "-------- Originalnachricht --------",
    "-------- Weitergeleitete Nachricht --------",
    "Anfang der weitergeleiteten Nachricht:", "-----Message d'origine-----", "-------- Message d’origine --------",
    "-------- Message transféré --------", "Début du message transféré :", "-----Mensaje original-----",
    "-------- Mensaje reenviado --------",
    "Inicio del mensaje reenviado:", "-----Messaggio originale-----", "-------- Messaggio inoltrato --------",
    "-----Mensagem original-----",
    "---------- Mensagem encaminhada ---------", "-----Oorspronkelijk bericht-----",
    "-------- Doorgestuurd bericht --------",
    "-----Ursprungligt meddelande-----", "-----Oprindelig meddelelse-----", "-----Opprinnelig melding-----",
    "-----Alkuperäinen viesti-----",
    "-----Oryginalna wiadomość-----", "-------- Wiadomość oryginalna --------", "-------- Původní zpráva --------",
    "-----Исходное сообщение-----", "-------- Пересылаемое сообщение --------",
    "-------- Оригінальне повідомлення --------",
    "-----Orijinal Mesaj-----", "-------- Αρχικό μήνυμα --------", "-------- הודעה מקורית --------",
    "-------- الرسالة الأصلية --------",
    "-------- Thư gốc --------", "-------- Pesan Asli --------", "-----ข้อความต้นฉบับ-----",
    "-------- ข้อความเดิม --------",
    "---------- ข้อความที่ส่งต่อ ----------", "-----元のメッセージ-----",
    "------------------ 原始邮件 ------------------", "---- 回复的原邮件 ----",
    "-----原始郵件-----", "-----원본 메시지-----", "-------- 원본 메일 --------",
]  # fmt: skip


@pytest.mark.parametrize("title", TITLES)
def test_what_stands_below_such_a_title_is_not_the_persons(title: str) -> None:
    assert own_words(f"Yes, please.\n\n{title}\n\n{QUOTED}\n") == "Yes, please."
    assert own_words(f"Yes, please.\n{title}\nFrom: Mali\n\n{QUOTED}\n") == "Yes, please."


HEADS = layouts("heads")


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_what_stands_below_the_head_of_a_mail_is_not_the_persons(head: str) -> None:
    assert own_words(f"Yes, please.\n\n{head}\n\n{QUOTED}\n") == "Yes, please."


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_a_mail_that_only_forwards_says_what_it_forwards(head: str) -> None:
    assert own_words(f"{head}\n\n{QUOTED}\n") == QUOTED


def test_answers_between_marked_lines_below_a_head_are_kept() -> None:
    head = HEADS["Outlook en"]
    text = f"See below.\n\n-----Original Message-----\n{head}\n\n> When?\nOn Thursday.\n> Where?\nIn your office.\n"
    assert own_words(text) == "See below.\n\nOn Thursday.\nIn your office."


@pytest.mark.parametrize(
    "text",
    [
        "Date: Wednesday\nTime: 7:00\nAddress: 130 Fox St",
        "Our trip:\nFrom: Bangkok\nTo: Chiang Mai\nDate: 5 March 2026\nfor two, please.",
        "Von: Berlin\nAn: München\nDatum: 5. März 2026 10:00",
        "From what I see, the 2 plans are alike.",
        "To: everybody who asked: yes.",
        "The original message was better.",
        "Subject: to approval\nPrice: 500",
        "Name: Mali\nEmail: mali@example.org\nPhone: +66 2 123 4567\nDate: 5 March 2026 10:00",
        "Part one\n-----\nPart two, which is a sentence that goes on for a while.\n-----\nPart three is one as "
        "well, of course.",
    ],
)
def test_fields_that_are_no_head_of_a_mail_are_the_persons(text: str) -> None:
    assert own_words(text) == text
