"""Delivery reports in forms of their own, as mail systems of many makers and countries write them."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from nurture.inbox.parse import parse
from tests.support.judging import classify

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
NOBODY = ("user unknown", True)
REFUSED = ("recipient refused", False)
FULL = ("mailbox full", False)
DISABLED = ("address disabled", False)
NO_DOMAIN = ("domain unknown", True)

# What sent it, its From and subject, its text, and for each recipient the reason and whether it is hard.
FORMS: dict[str, tuple[str, str, str, dict[str, tuple[str, bool]]]] = {
    "qmail": (
        "MAILER-DAEMON@mx.example.com",
        "failure notice",
        "Hi. This is the qmail-send program at mx.example.com.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        "<a@example.net>:\n192.0.2.25 does not like recipient.\nRemote host said: 550 no mailbox by that name\n"
        "Giving up on 192.0.2.25.\n\n"
        "<b@example.org>:\nThe users mailfolder is over the allowed quota (size). (#5.2.2)\n\n"
        "<c@nowhere.example>:\nSorry, I couldn't find any host named nowhere.example. (#5.1.2)\n\n"
        "--- Below this line is a copy of the message.\n\nReturn-Path: <mali@example.com>\nTo: a@example.net\n",
        {"a@example.net": NOBODY, "b@example.org": FULL, "c@nowhere.example": NO_DOMAIN},
    ),
    "exim": (
        "Mailer-Daemon@mx.example.com",
        "Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n\n"
        "  a@example.net\n    host mx.example.net [192.0.2.1]\n"
        "    SMTP error from remote mail server after RCPT TO:<a@example.net>:\n    550 No such user here\n"
        "  b@example.org\n    host mx.example.org [192.0.2.2]\n"
        "    SMTP error from remote mail server after end of data:\n"
        "    554 5.7.1 Message rejected due to local policy\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\nTo: a@example.net\n",
        {"a@example.net": NOBODY, "b@example.org": ("refused by policy", False)},
    ),
    "exim-alias": (
        "Mailer-Daemon@mx.example.com",
        "Mail delivery failed: returning message to sender",
        "A message that you sent could not be delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n\n"
        "  box7@store.example.net\n    (generated from a@example.net)\n    mailbox is full\n",
        {"a@example.net": FULL},
    ),
    "sendmail-old": (
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.com>",
        "Returned mail: User unknown",
        "The original message was received at Mon, 2 Mar 2026 08:00:00 +0700\nfrom localhost\n\n"
        "   ----- The following addresses had permanent fatal errors -----\n<a@example.net>\n\n"
        "   ----- Transcript of session follows -----\n... while talking to mx.example.net.:\n"
        ">>> RCPT To:<a@example.net>\n<<< 550 <a@example.net>... User unknown\n"
        "550 <a@example.net>... User unknown\n\n   ----- Original message follows -----\n\nTo: a@example.net\n",
        {"a@example.net": NOBODY},
    ),
    "sendmail-warning": (
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.com>",
        "Warning: could not send message for past 4 hours",
        "    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n"
        "    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n\n"
        "   ----- Transcript of session follows -----\n"
        "<a@example.net>... Deferred: Connection timed out with mx.example.net.\n"
        "Warning: message still undelivered after 4 hours\nWill keep trying until message is 5 days old\n",
        {"a@example.net": ("delayed", False)},
    ),
    "postfix-text": (
        "MAILER-DAEMON@mx.example.com (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        "This is the mail system at host mx.example.com.\n\n"
        "I'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n"
        "                   The mail system\n\n"
        "<box7@store.example.net> (expanded from <a@example.net>): host\n"
        "    mx.example.net[192.0.2.1] said: 550 5.1.1 <box7@store.example.net>: Recipient\n"
        "    address rejected: User unknown (in reply to RCPT TO command)\n",
        {"a@example.net": NOBODY},
    ),
    "courier": (
        '"Courier mail server at mx.example.com" <postmaster@mx.example.com>',
        "NOTICE: mail delivery status.",
        "This is a delivery status notification from mx.example.com,\nrunning the Courier mail server.\n\n"
        "The original message was received on Mon, 02 Mar 2026 08:00:00 +0700\n\n"
        "---------------------------------------------------------------------------\n\n"
        "                           UNDELIVERABLE MAIL\n\n"
        "Your message to the following recipients cannot be delivered:\n\n"
        "<a@example.net>:\n    mx.example.net [192.0.2.1]:\n>>> RCPT TO:<a@example.net>\n"
        "<<< 550 User unknown.\n\n"
        "---------------------------------------------------------------------------\n",
        {"a@example.net": NOBODY},
    ),
    "exchange-5.5": (
        "System Administrator <postmaster@example.net>",
        "Undeliverable: A shorter sales cycle",
        "Your message\n\n  To:      team@example.com\n  Subject: A shorter sales cycle\n"
        "  Sent:    Mon, 2 Mar 2026 08:00:00 +0700\n\ndid not reach the following recipient(s):\n\n"
        "a@example.net on Mon, 2 Mar 2026 08:00:04 +0700\n    The recipient name is not recognized\n"
        "\tThe MTS-ID of the original message is: c=us;a= ;p=x;l=SRV-1\n"
        "    MSEXCH:IMS:X:Y:SRV 0 (000C05A6) Unknown Recipient\n",
        {"a@example.net": NOBODY},
    ),
    "exchange-2003": (
        "System Administrator <postmaster@example.net>",
        "Undeliverable: Hello",
        "Your message did not reach some or all of the intended recipients.\n\n"
        "      Subject: Hello\n      Sent:    3/2/2026 8:00 AM\n\n"
        "The following recipient(s) could not be reached:\n\n"
        "      'a@example.net' on 3/2/2026 8:00 AM\n"
        "            The e-mail account does not exist at the organization this message was sent to.  Check the\n"
        "            e-mail address, or contact the recipient directly to find out the correct address.\n"
        "            <mx.example.net #5.1.1>\n",
        {"a@example.net": NOBODY},
    ),
    "exchange-2007": (
        "Microsoft Exchange <postmaster@example.net>",
        "Undeliverable: Hello",
        "Delivery has failed to these recipients or distribution lists:\n\na@example.net\n"
        "The recipient's mailbox is full. Microsoft Exchange will not try to redeliver this message for you.\n\n"
        "Diagnostic information for administrators:\nGenerating server: mx.example.net\n\na@example.net\n"
        "#550 5.2.2 STOREDRV.Deliver: mailbox full ##\n",
        {"a@example.net": FULL},
    ),
    "exchange-online": (
        "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.net>",
        "Undeliverable: Hello",
        "Delivery has failed to these recipients or groups:\n\na@example.net<mailto:a@example.net>\n"
        "The email address you entered couldn't be found. Please check the recipient's email address and try to\n"
        "resend the message. If the problem continues, please contact your email admin.\n\n"
        "Diagnostic information for administrators:\n\na@example.net\nRemote Server returned '550 5.1.10 "
        "RESOLVER.ADR.RecipientNotFound; Recipient a@example.net not found by SMTP address lookup'\n",
        {"a@example.net": NOBODY},
    ),
    "exchange-german": (
        "Microsoft Outlook <postmaster@example.net>",
        "Unzustellbar: Guten Tag",
        "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\n\na@example.net\n"
        "Die eingegebene E-Mail-Adresse konnte nicht gefunden werden. Bitte überprüfen Sie die Adresse.\n\n"
        "Diagnoseinformationen für Administratoren:\n\na@example.net\n"
        "Remote Server returned '550 5.1.1 RESOLVER.ADR.RecipNotFound; not found'\n",
        {"a@example.net": NOBODY},
    ),
    "exchange-french": (
        "Microsoft Outlook <postmaster@example.net>",
        "Non remis : Bonjour",
        "Échec de la remise à ces destinataires ou groupes :\n\na@example.net\n"
        "La boîte aux lettres du destinataire est pleine et ne peut pas accepter de messages pour l'instant.\n",
        {"a@example.net": FULL},
    ),
    "exchange-spanish": (
        "Microsoft Outlook <postmaster@example.net>",
        "No se puede entregar: Hola",
        "Error al entregar a los siguientes destinatarios o grupos:\n\na@example.net\n"
        "No se encontró la dirección de correo electrónico que especificó. La cuenta no existe.\n",
        {"a@example.net": NOBODY},
    ),
    "exchange-portuguese": (
        "Microsoft Outlook <postmaster@example.net>",
        "Não entregue: Olá",
        "Falha na entrega para estes destinatários ou grupos:\n\na@example.net\n"
        "O endereço de email que você inseriu não foi encontrado.\n",
        {"a@example.net": NOBODY},
    ),
    "exchange-italian": (
        "Microsoft Outlook <postmaster@example.net>",
        "Non recapitabile: Buongiorno",
        "Mancato recapito ai destinatari o gruppi seguenti:\n\na@example.net\n"
        "L'indirizzo di posta elettronica immesso non è stato trovato.\n",
        {"a@example.net": NOBODY},
    ),
    "exchange-dutch": (
        "Microsoft Outlook <postmaster@example.net>",
        "Onbestelbaar: Goedemorgen",
        "Het bericht kon niet worden bezorgd bij de volgende geadresseerden of groepen:\n\na@example.net\n"
        "Het postvak van de geadresseerde is vol.\n",
        {"a@example.net": FULL},
    ),
    "exchange-polish": (
        "Microsoft Outlook <postmaster@example.net>",
        "Niedostarczalna wiadomość: Dzień dobry",
        "Nie można dostarczyć wiadomości do następujących adresatów lub grup:\n\na@example.net\n"
        "Adresat nie istnieje.\n",
        {"a@example.net": NOBODY},
    ),
    "exchange-japanese": (
        "Microsoft Outlook <postmaster@example.net>",
        "配信不能: こんにちは",
        "次の受信者またはグループへの配信に失敗しました:\n\na@example.net\n"
        "入力した電子メール アドレスが見つかりませんでした。受信者の電子メール アドレスを確認してください。\n",
        {"a@example.net": NOBODY},
    ),
    "exchange-chinese": (
        "Microsoft Outlook <postmaster@example.net>",
        "未送达: 您好",
        "向以下收件人或组传递邮件失败:\n\na@example.net\n收件人的邮箱已满，现在无法接受邮件。\n",
        {"a@example.net": FULL},
    ),
    "exchange-korean": (
        "Microsoft Outlook <postmaster@example.net>",
        "배달되지 않음: 안녕하세요",
        "다음 받는 사람 또는 그룹에 배달하지 못했습니다.\n\na@example.net\n입력한 전자 메일 주소를 찾을 수 없습니다.\n",
        {"a@example.net": NOBODY},
    ),
    "exchange-thai": (
        "Microsoft Outlook <postmaster@example.net>",
        "ไม่สามารถส่งได้: สวัสดี",
        "การส่งไปยังผู้รับหรือกลุ่มเหล่านี้ล้มเหลว:\n\na@example.net\nไม่พบที่อยู่อีเมลที่คุณป้อน โปรดตรวจสอบที่อยู่อีเมลของผู้รับ\n",
        {"a@example.net": NOBODY},
    ),
    "domino": (
        '"Domino Router" <postmaster@example.net>',
        "DELIVERY FAILURE: User carl (carl@example.net) not listed in Domino Directory",
        "Your message\n\n  Subject: Hello\n\nwas not delivered to:\n\n  carl@example.net\n\nbecause:\n\n"
        "  User carl (carl@example.net) not listed in Domino Directory\n",
        {"carl@example.net": NOBODY},
    ),
    "groupwise": (
        "Mailer-Daemon@example.net",
        "Message status - undeliverable",
        "The message that you sent was undeliverable to the following:\n\ta@example.net (user not found)\n\n"
        "Possibly truncated original message follows:\n",
        {"a@example.net": NOBODY},
    ),
    "yahoo": (
        "MAILER-DAEMON@mail.example.net",
        "Failure Notice",
        "Sorry, we were unable to deliver your message to the following address.\n\n<a@example.net>:\n"
        "Remote host said: 550 5.2.1 <a@example.net>... User Unknown\n [RCPT_TO]\n\n"
        "--- Below this line is a copy of the message.\n",
        {"a@example.net": NOBODY},
    ),
    "mail.ru": (
        "mailer-daemon@corp.example.ru",
        "Mail failure.",
        "Это письмо создано автоматически сервером, отвечать на него не нужно.\n\n"
        "К сожалению, Ваше письмо не может\nбыть доставлено одному или нескольким получателям:\n\n"
        "a@example.ru\n  SMTP error from remote mail server after RCPT TO:<a@example.ru>:\n"
        "  550 Message was not accepted -- invalid mailbox. Local mailbox a@example.ru is unavailable: not found\n",
        {"a@example.ru": NOBODY},
    ),
    "yandex": (
        "mailer-daemon@mx.example.ru",
        "Недоставленное сообщение",
        "Это письмо отправлено почтовым сервером.\n\n"
        "К сожалению, мы вынуждены сообщить Вам о том, что Ваше письмо не может быть отправлено\n"
        "одному или нескольким адресатам. Причины указаны ниже.\n\n"
        "<a@example.ru>: host mx.example.ru[192.0.2.1] said: 552 5.2.2 Mailbox size limit exceeded\n"
        "    (in reply to end of DATA command)\n",
        {"a@example.ru": FULL},
    ),
    "qq": (
        "PostMaster@qq.example",
        "来自qq.example的退信",
        "抱歉，您的邮件被退回来了……\n\n收件人\n(a@example.cn)\n所属域名\n\n无法发送到 a@example.cn\n\n"
        "退信原因：\n收件人邮箱不存在，host mx.example.cn said: 550 Mailbox not found (in reply to RCPT TO command)\n",
        {"a@example.cn": NOBODY},
    ),
    "163": (
        "Postmaster@163.example",
        "系统退信",
        "抱歉，您的邮件被退回来了……\n收件人：a@example.cn\n\n退信原因：\n收件人 a@example.cn 的邮箱已满\n",
        {"a@example.cn": FULL},
    ),
    "zoho": (
        "mailer-daemon@mail.zoho.example",
        "Undelivered Mail Returned to Sender",
        "This message was created automatically by mail delivery software.\n"
        "A message that you sent could not be delivered to one or more of its recipients.\n\n"
        "a@example.net, ERROR CODE :550 - 5.1.1 The email account that you tried to reach does not exist.\n",
        {"a@example.net": NOBODY},
    ),
    "sendgrid": (
        "MAILER-DAEMON@sendgrid.example",
        "Delivery Status Notification (Failure)",
        "This is an automatically generated message from SendGrid.\n\n"
        "I'm sorry to have to tell you that your message was not able to be delivered to one of its intended\n"
        "recipients.\n\n<a@example.net>: 550 5.1.1 a@example.net: Recipient address rejected: User unknown\n",
        {"a@example.net": NOBODY},
    ),
    "mimecast": (
        "postmaster@mx.example.net",
        "Undeliverable: Hello",
        "This is a delivery failure notification message indicating that\nan email you addressed to email address :\n"
        "-- a@example.net\n\ncould not be delivered. The problem appears to be :\n"
        "-- Recipient email server rejected the message\n\nAdditional information follows :\n"
        "-- 5.7.1 Unable to relay\n",
        {"a@example.net": ("relaying denied", False)},
    ),
    "barracuda": (
        '"Barracuda" <postmaster@mx.example.net>',
        "**Message you sent blocked by our bulk email filter**",
        "Your message to: a@example.net was blocked by our Spam Firewall. The email you sent with the following\n"
        "subject has NOT BEEN DELIVERED:\n\nSubject: Hello\n\nAn administrator may deliver it: spam content.\n",
        {"a@example.net": ("taken for spam", False)},
    ),
    "messagelabs": (
        "Mail Delivery System <MAILER-DAEMON@messagelabs.example>",
        "Mail Delivery Failure",
        "This is the mail delivery agent at messagelabs.example.\n\n"
        "I was unable to deliver your message to the following addresses:\n\na@example.net\n\n"
        "Reason: 550 5.1.1 Recipient address rejected: User unknown\n\n"
        "The message subject was: Hello\nThe message identifier was: 1/2\n",
        {"a@example.net": NOBODY},
    ),
    "imail": (
        '"Postmaster" <postmaster@example.net>',
        "Undeliverable Mail",
        "User mailbox exceeds allowed size: a@example.net\n\nOriginal message follows.\n\nReceived: from x\n",
        {"a@example.net": FULL},
    ),
    "mailenable": (
        "POSTMASTER@example.net",
        "Message Delivery Failure",
        "MailEnable: Message could not be delivered to some recipients.\n"
        "The following recipient(s) could not be reached:\n\n"
        "\tRecipient: [SMTP:a@example.net]\n\tReason: Remote SMTP Server Returned: 550 5.1.1 unknown user\n\n"
        "Message headers follow:\n\nTo: a@example.net\n",
        {"a@example.net": NOBODY},
    ),
    "hmailserver": (
        "mailer-daemon@mx.example.net",
        "Message undeliverable: Hello",
        "Your message did not reach some or all of the intended recipients.\n\n"
        "   Sent: Mon, 2 Mar 2026 08:00:00 +0700\n   Subject: Hello\n\n"
        "The following recipient(s) could not be reached:\n\na@example.net\n   Error Type: SMTP\n"
        "   Remote server (192.0.2.1) issued an error.\n   hMailServer sent: RCPT TO:<a@example.net>\n"
        "   Remote server replied: 550 Unknown user\n\nhMailServer\n",
        {"a@example.net": NOBODY},
    ),
    "mdaemon": (
        '"MDaemon at example.net" <MDaemon@example.net>',
        "Permanent Delivery Failure",
        "The attached message had PERMANENT fatal delivery errors!\n\n"
        "After one or more unsuccessful delivery attempts the attached message has\n"
        "been removed from the mail queue on this server.\n\n"
        "YOUR MESSAGE WAS NOT DELIVERED TO ONE OR MORE RECIPIENTS!\n\n"
        "Failed address: a@example.net\n\n--- Session Transcript ---\n"
        " --> RCPT To:<a@example.net>\n <-- 550 5.1.1 <a@example.net>: User unknown\n--- End Transcript ---\n",
        {"a@example.net": NOBODY},
    ),
    "docomo": (
        "mail-daemon@docomo.example",
        "Mail System Error - Returned Mail",
        "宛先のメールアドレスが見つかりませんでした。\n\nNo mail box here.\n\na@docomo.example\n",
        {"a@docomo.example": NOBODY},
    ),
    "au": (
        "Postmaster@au.example",
        "Mail System Error - Returned Mail",
        "次のあて先へのメッセージはエラーのため送信できませんでした。\n\n"
        "The following recipients did not receive this message:\n\n<a@au.example>\n\n"
        "The user(s) account is temporarily limited. Mailbox full.\n",
        {"a@au.example": FULL},
    ),
    "verizon": (
        "post_master@vtext.example",
        "Undeliverable Message",
        "Error: Unable to deliver message, mailbox is full\n\nMessage details:\n  Subject: Hello\n"
        "  MAIL FROM: mali@example.com\n  RCPT TO: 15550100@vtext.example\n",
        {"15550100@vtext.example": FULL},
    ),
    "interscan": (
        "postmaster@gw.example.net (InterScan Notification)",
        "Mail could not be delivered",
        "****** Message from InterScan Messaging Security Suite ******\n\n"
        "The message could not be delivered to <a@example.net>. \n550 5.1.1 User unknown\n",
        {"a@example.net": NOBODY},
    ),
    "mailmarshal": (
        "MailMarshal <postmaster@gw.example.net>",
        "Undeliverable Mail: \"Hello\"",
        "Your message:\n   From:    mali@example.com\n   Subject: Hello\n\nCould not be delivered because of\n\n"
        "550 5.1.1 <a@example.net>: Recipient address rejected: User unknown\n\n"
        "The following recipients were affected: \n    a@example.net\n",
        {"a@example.net": NOBODY},
    ),
    "dovecot-sieve": (
        "Mail Delivery Subsystem <postmaster@mx.example.net>",
        "Rejected: Hello",
        "Your message to <a@example.net> was automatically rejected:\nQuota exceeded (mailbox for user is full)\n",
        {"a@example.net": FULL},
    ),
    "procmail": (
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>",
        "Returned mail: unknown mailer error 73",
        "   ----- The following addresses had permanent fatal errors -----\na@example.net\n\n"
        "   ----- Transcript of session follows -----\nprocmail: Couldn't create \"/var/mail/a\"\n"
        "554 5.3.0 unknown mailer error 73\n",
        {"a@example.net": ("delivery program failed", False)},
    ),
    "gmail-blocked": (
        "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
        "Delivery Status Notification (Failure)",
        "** Message blocked **\n\nYour message to a@example.net has been blocked. See technical details below.\n\n"
        "The response from the remote server was:\n\n"
        "550 5.7.1 Service unavailable, client host blocked using zen.spamhaus.org\n",
        {"a@example.net": ("sending server blocked", False)},
    ),
    "gmail-delayed": (
        "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
        "Delivery Status Notification (Delay)",
        "** Delivery incomplete **\n\nThere was a temporary problem delivering your message to a@example.net.\n"
        "Gmail will retry for 46 more hours. You'll be notified if the delivery fails permanently.\n",
        {"a@example.net": ("trouble at the receiving server", False)},
    ),
    "opensmtpd": (
        "Mailer Daemon <MAILER-DAEMON@mx.example.com>",
        "Delivery status notification: error",
        "    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\n"
        "    An error has occurred while attempting to deliver a message for\n    the following list of recipients:\n\n"
        "a@example.net: 550 5.1.1 <a@example.net> User unknown\n\n    Below is a copy of the original message:\n",
        {"a@example.net": NOBODY},
    ),
    "oracle": (
        "postmaster@mx.example.com",
        "Delivery Notification: Delivery has failed",
        "This report relates to a message you sent with the following header fields:\n\n"
        "  Message-id: <x@example.com>\n  From: Mali <mali@example.com>\n  To: a@example.net\n  Subject: Hello\n\n"
        "Your message cannot be delivered to the following recipients:\n\n"
        "  Recipient address: a@example.net\n  Reason: Illegal host/domain name found\n",
        {"a@example.net": NO_DOMAIN},
    ),
    "carrier-filter": (
        "MAILER-DAEMON@mx.example.com (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        "This is the mail system at host mx.example.com.\n\n"
        "<a@docomo.example>: host mfs.docomo.example[192.0.2.1] said: 550 Unknown user\n"
        "    a@docomo.example (in reply to end of DATA command)\n",
        {"a@docomo.example": REFUSED},
    ),
    "portuguese-isp": (
        "MAILER-DAEMON@mx.example.com.br",
        "Falha na entrega da mensagem",
        "Sua mensagem não pôde ser entregue ao destinatário abaixo:\n\na@example.com.br\n\n"
        "A caixa postal do destinatário está cheia.\n",
        {"a@example.com.br": FULL},
    ),
    "german-isp": (
        "Mailer-Daemon@mx.example.de",
        "Mail konnte nicht zugestellt werden",
        "Ihre Nachricht konnte nicht zugestellt werden.\n\nEmpfänger: a@example.de\n"
        "Grund: Das Konto wurde deaktiviert.\n",
        {"a@example.de": DISABLED},
    ),
}  # fmt: skip
DELAYS = {"sendmail-warning", "gmail-delayed"}


def mail_of(form: str, *, null_path: bool = True) -> bytes:
    sender, subject, text, _ = FORMS[form]
    mail = EmailMessage()
    if null_path:
        mail["Return-Path"] = "<>"
    mail["From"], mail["To"], mail["Subject"] = sender, "mali@example.com", subject
    mail.set_content(text)
    return mail.as_bytes()


@pytest.mark.parametrize("null_path", [True, False], ids=["null", "no-path"])
@pytest.mark.parametrize("form", FORMS)
def test_a_report_names_each_recipient_with_a_reason(form: str, null_path: bool) -> None:
    verdict = classify(parse(mail_of(form, null_path=null_path)), now=NOW)
    assert verdict.kind == ("delayed" if form in DELAYS else "bounce")
    assert {each.recipient: (each.reason, each.is_hard) for each in verdict.failures} == FORMS[form][3]


@pytest.mark.parametrize("form", FORMS)
def test_a_report_is_a_reply_when_a_person_sends_it_on(form: str) -> None:
    _, subject, text, _ = FORMS[form]
    for prefix, above in (
        ("Fwd: ", "Hi Mali, see what I got back.\n\n---------- Forwarded message ---------\n"),
        ("Re: ", "That was my old address, please use this one.\n\nOn Mon, 2 Mar 2026, Mali wrote:\n"),
    ):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "Som <som@example.net>", "mali@example.com", prefix + subject
        quoted = "".join(f"> {line}\n" for line in text.split("\n")) if prefix == "Re: " else text
        mail.set_content(above + quoted)
        assert classify(parse(mail.as_bytes()), now=NOW).kind == "reply"


def folded(raw: bytes) -> bytes:
    """Long fields broken at their first space, as relays break them."""
    head, _, body = raw.partition(b"\n\n")
    lines = [
        line.replace(b" ", b"\n\t", 2).replace(b"\n\t", b" ", 1) if line.count(b" ") > 1 else line
        for line in head.split(b"\n")
    ]
    return b"\n".join(lines) + b"\n\n" + body


@pytest.mark.parametrize("form", FORMS)
def test_neither_line_ends_nor_folding_nor_the_case_of_field_names_matter(form: str) -> None:
    raw = mail_of(form)
    head, _, body = raw.partition(b"\n\n")
    names = [line.split(b":")[0] for line in head.split(b"\n") if b":" in line]
    shouted = head
    for name in names:
        shouted = shouted.replace(name + b":", name.upper() + b":")
    expected = classify(parse(raw), now=NOW)
    for changed in (
        raw.replace(b"\n", b"\r\n"),
        raw.replace(b"\n", b"\r"),
        folded(raw),
        shouted + b"\n\n" + body,
    ):
        assert classify(parse(changed), now=NOW) == expected
