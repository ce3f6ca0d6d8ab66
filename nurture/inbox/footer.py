"""What nobody wrote for this mail: legal disclaimers, antivirus lines, mailing list footers, banners of filters.

Whole paragraphs are judged, by what several phrases say together: a person may well call a thing confidential.
"""

import re
from collections.abc import Iterator, Sequence

from nurture.inbox.quoted_header import is_rule

_MAX_PARAGRAPH = 3_000
_LONGEST_NOTE = 500
_LEAST_DISCLAIMER = 90
"""Characters: lawyers are never brief, and `this is confidential and only for you` is a person's."""

_SECRET = re.compile(
    r"confidential|privileged|legally protected|proprietary|vertraulich|rechtlich geschützt|confidentiel|"
    r"confidencial|privilegiada|riservat[eo]|confidenzial|vertrouwelijk|konfidentiel|fortrolig|konfidensiel|"
    r"konfidentiell|"
    r"sekretess|luottamuksel|poufn|důvěrn|dôvern|конфиденциал|конфіденційн|gizli|εμπιστευτικ|απόρρητ|חסוי|סודי|"
    r"سرية|bảo mật|bí mật|rahasia|sulit\b|機密|秘密|机密|保密|기밀|비밀|ความลับ",
    re.IGNORECASE,
)
_MEANT_FOR = re.compile(
    r"intended (?:only|solely|exclusively|for|recipient|addressee)|(?:named|intended) (?:recipient|addressee)|"
    r"(?:solely|only) for the (?:use|person|individual|addressee|recipient|intended)|individual or entity|"
    r"received (?:this|it) .{0,30}in error|if you are not the|unauthori[sz]ed|"
    r"ausschließlich für|nicht der (?:richtige|beabsichtigte|vorgesehene)|irrtümlich|bestimmt für|empfänger|"
    r"adressat|"
    r"destinataire|destinat[áa]ri|destinatari|par erreur|por error|por engano|per errore|uso exclusivo|"
    r"geadresseerde|bestemd voor|abusievelijk|per abuis|tilsigtede|rette modtager|ved en fejl|ved en feil|tiltenkt|"
    r"avsedd|avsedda|av misstag|tarkoitettu|vastaanottaja|wyłącznie dla|adresat|omyłkow|odbiorc|určen|příjemc|"
    r"adresát|"
    r"предназнач|адресат|получател|призначен|отримувач|yalnızca|alıcı|yanlışlıkla|αποδέκτη|παραλήπτη|προορίζεται|"
    r"הנמען|מיועד|המרسل|المرسل إليه|المستلم|بالخطأ|موجهة|người nhận|dành riêng|nhầm|penerima|ditujukan|dimaksudkan|"
    r"受信者|宛先|名宛人|誤って|誤送信|收件人|收件者|指定|误收|誤收|수신인|수신자|지정된|ผู้รับ|ได้รับอีเมล|"
    r"ได้รับอีเมล์",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\W{0,10}(?:(?:legal |e-?mail )?disclaimer|confidentiality(?: notice| note| statement| warning)?|"
    r"confidential(?:ity)? notice|legal notice|notice of confidentiality|"
    r"haftungsausschluss|rechtlicher hinweis|vertraulichkeitshinweis|avis de confidentialité|"
    r"aviso (?:legal|de confidencialidad|de confidencialidade)|avviso di riservatezza|"
    r"ข้อจำกัดความรับผิดชอบ|免責事項|免责声明|保密声明)\W{0,5}(?:$|[:：])",
    re.IGNORECASE,
)
_MAIL_ITSELF = re.compile(
    r"\W{0,10}(?:this|the (?:information|content|contents) (?:in|of|contained)|any (?:views|opinions)|"
    r"if you (?:have|are)|diese|die in|"
    r"der inhalt|ce (?:message|courriel|mail|courrier)|cet (?:e-?mail)|este|esta|il presente|la presente|questo|"
    r"questa|le "
    r"informazioni|dit |deze |denne|detta|tämä|ta wiadomość|niniejsz|tato|tento|это|данное|bu e|bu ileti|"
    r"το παρόν|thư này|email này|"
    r"pesan ini|surel ini|email ini|อีเมลนี้|อีเมล์นี้|ข้อความนี้|ข้อมูล|このメール|本メール|本邮件|此邮件|"
    r"此電子郵件|本電子郵件|이 메일|본 메일)",
    re.IGNORECASE,
)
_ANTIVIRUS = re.compile(
    r"virus-?free\.|^\W{0,3}virus-?free|www\.avast\.com|avast\.com/|libre de virus|virenfrei|garanti sans virus|"
    r"sans virus\.|livre de vírus|privo di virus|virusvrij|checked (?:for viruses )?by av[ga]|checked by avg|"
    r"(?:scanned|checked) (?:for|by) .{0,40}(?:virus|malware|spam|mailscanner)|no virus (?:was )?found in this|"
    r"auf viren (?:geprüft|überprüft)|vérifiée? par le logiciel|analizado .{0,30}(?:virus|avast)|"
    r"antivirus avast|avast antivirus|"
    r"controllata .{0,40}virus|verificado .{0,40}(?:vírus|virus)|op virussen (?:gecontroleerd|gescand)|"
    r"believed to be clean|проверено на (?:отсутствие )?вирус|ウイルス(?:対策|チェック|スキャン)|病毒扫描|"
    r"analizzato con .{0,60}(?:infetto|virus)",
    re.IGNORECASE,
)
_PRINT = re.compile(
    r"(?:consider|think of|think about) (?:the|your|our) environment.{0,40}print|think before (?:you print|"
    r"printing)|"
    r"before (?:you )?print(?:ing)? this|umwelt\b.{0,60}(?:ausdruck|drucken)|(?:ausdruck|drucken) .{0,60}umwelt|"
    r"avant d'imprimer|n'imprimez (?:ce|cet|que)|antes de imprimir|prima di stampare|milieu .{0,40}(?:print|"
    r"afdruk)|"
    r"(?:tänk|tenk|tænk) på milj.{0,40}(?:skriv|udskriv|print)|ajattele ympäristöä|zanim wydrukujesz|"
    r"прежде чем (?:распечатать|печатать)|โปรดคำนึงถึงสิ่งแวดล้อม|ก่อนพิมพ์อีเมล|ก่อนสั่งพิมพ์|印刷する前に|"
    r"打印.{0,10}(?:环境|环保)",
    re.IGNORECASE,
)
_LIST_NAME = re.compile(
    r"mailing list|mailman|listinfo|google groups|unsubscribe|mailingliste|liste de diffusion|lista de correo|"
    r"lista di distribuzione|"
    r"maillijst|mailinglijst|e-?postlista|рассылк|メーリングリスト|邮件列表|lists?[.@]|[-_]list\b|gebruikers|"
    r"users@",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"\W{0,10}(?:to (?:unsubscribe|opt out|stop receiving|post to this|view this discussion|change your)|"
    r"unsubscribe\s?[:<(]|"
    r"(?:mute|reply to) this (?:topic|e-?mail|thread)|visit topic|um sich .{0,30}abzumelden|pour (?:vous|"
    r"se) (?:désabonner|désinscrire)|"
    r"para (?:cancelar|darse de baja|anular)|per (?:annullare|cancellare|disiscriver)|om u af te melden|"
    r"aby zrezygnować|"
    r"чтобы отписаться|配信停止|退订|หากต้องการยกเลิก|ยกเลิกการรับ.{0,30}(?:คลิก|ที่นี่))",
    re.IGNORECASE,
)
_SUBSCRIBED = re.compile(
    r"\W{0,10}(?:you(?:'re| are)? receiv(?:ed|ing) this (?:e-?mail|message|mail|notification|because)|"
    r"sie (?:erhalten|erhielten) diese (?:nachricht|e-?mail|mail),? weil|vous recevez ce(?:t|tte)? (?:message|"
    r"e-?mail|courriel) (?:car|parce)|"
    r"recib(?:e|es|ió) este (?:mensaje|correo) porque|ricevi questo messaggio perch|u ontvangt dit bericht omdat|"
    r"você recebeu (?:esta|essa) mensagem porque|вы получили это (?:сообщение|письмо), поскольку|"
    r"このメールは.{0,60}(?:登録|グループ)|คุณได้รับ(?:ข้อความ|อีเมล)นี้เนื่องจาก|您收到此邮件是因为)",
    re.IGNORECASE,
)
_WARNING = re.compile(
    r"external|outside|caution|warning|click|attachment|links?\b|sender|recogni[sz]e|get e?-?mail from|"
    r"important|suspicious|"
    r"klick|anhäng|absender|außerhalb|extern|häufig|expéditeur|pièces? jointe|liens?\b|extérieur|souvent|"
    r"adjunto|remitente|"
    r"enlace|fuera|anexo|remetente|ภายนอก|ลิงก์|ไฟล์แนบ|社外|外部|添付|リンク",
    re.IGNORECASE,
)
_BANNER = re.compile(
    r"(?:this|the) (?:e-?mail|message|mail) (?:originated|originates|came|comes|was sent|is|"
    r"has been sent) from (?:an? )?(?:outside|external)|"
    r"(?:external|outside) (?:e-?mail|sender|message|mail)\b|you don'?t often get e?-?mail from|"
    r"some people who received this message don|"
    r"(?:think|look) (?:twice )?before you click|do not click (?:on )?(?:any )?links|"
    r"diese (?:e-?mail|nachricht) (?:kommt|stammt|wurde) von (?:außerhalb|einem externen|extern)|"
    r"sie erhalten nicht (?:oft|häufig) e-?mails von|"
    r"(?:ce|cet|cette) (?:message|e-?mail|courriel) (?:provient|vient) de l'ext[ée]rieur|"
    r"vous n'obtenez pas souvent|"
    r"este (?:correo|mensaje|e-?mail) (?:proviene|procede|se origin|foi enviado|veio) .{0,20}(?:fuera|extern|fora)|"
    r"no suele recibir correo|อีเมลฉบับนี้(?:มา|ส่ง)จากภายนอก|ส่งมาจากภายนอกองค์กร|社外からのメール|外部(?:邮件|"
    r"郵件|メール)",
    re.IGNORECASE,
)


def footer_start(lines: Sequence[str]) -> int | None:
    """Where the first footer begins; None where there is none. What stands below it is of its kind."""
    for start, end in paragraphs(lines):
        text = " ".join(lines[start:end])[:_MAX_PARAGRAPH]
        if not _is_footer(text, is_below_rule=start > 0 and is_rule(lines[start - 1]), is_last=end == len(lines)):
            continue
        place = start + _first_of_footer(lines[start:end])
        while place > 0 and (not lines[place - 1].strip() or is_rule(lines[place - 1])):
            place -= 1
        return place
    return None


def past_banner(lines: Sequence[str]) -> int:
    """Where the text begins below the warning that a filter puts on top of mail from outside."""
    end_of_banner = 0
    for number, (start, end) in enumerate(paragraphs(lines)):
        if number >= 3 or not _BANNER.search(" ".join(lines[start:end])[:500]):
            break
        warned = [place for place in range(start, min(end, start + 6)) if _WARNING.search(lines[place][:500])]
        end_of_banner = warned[-1] + 1 if warned else start
        if end_of_banner < end:
            break
    return end_of_banner


def paragraphs(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where lines that say something stand together: first and after the last. Drawn lines stand between them."""
    start = None
    for place, line in enumerate(lines):
        is_between = not line.strip() or is_rule(line)
        if is_between and start is not None:
            yield start, place
            start = None
        elif not is_between and start is None:
            start = place
    if start is not None:
        yield start, len(lines)


def _is_footer(text: str, *, is_below_rule: bool, is_last: bool) -> bool:
    title = _TITLE.match(text[:200])
    if title and title.end() == len(text):
        return not is_last
    if (title or len(text) >= _LEAST_DISCLAIMER) and _SECRET.search(text) and _MEANT_FOR.search(text):
        return True
    if len(text) > _LONGEST_NOTE:
        return False
    leads_somewhere = "@" in text or "://" in text or "www." in text
    is_list = leads_somewhere and (_LIST.match(text) or (is_below_rule and _LIST_NAME.search(text)))
    return bool(is_list or _SUBSCRIBED.match(text) or _ANTIVIRUS.search(text) or _PRINT.search(text))


def _first_of_footer(lines: Sequence[str]) -> int:
    """The line of the paragraph with which the footer begins: a person's last line may stand right above."""
    kinds = (_TITLE, _SECRET, _MEANT_FOR, _ANTIVIRUS, _PRINT, _LIST, _SUBSCRIBED, _LIST_NAME)
    for place, line in enumerate(lines):
        said = line[:_MAX_PARAGRAPH]
        if _MAIL_ITSELF.match(said) or any(kind.search(said) for kind in kinds):
            return place
    return 0
