"""What servers say in other languages than English when they refuse a mail, by reason; lines as in bounce_phrases.

Latin and Greek letters come without accents. Words of languages without spaces stand beside each other in any order.
"""

from collections.abc import Mapping

PHRASES_ABROAD: Mapping[str, str] = {
    "taken for spam": r"""
        spam ?(?:verdacht|erkannt|filter)|als spam|comme (?:du )?spam|pourriel|como (?:correo )?(?:spam|no deseado)
        correo no deseado|come spam
        похо\pL{1,4} на спам|спам
        迷惑メール|スパム|垃圾(?:邮件|郵件|信)|스팸|สแปม|เมลขยะ|อีเมลขยะ
        """,
    "virus found": "ウイルス|ウィルス|病毒|바이러스|ไวรัส|вирус",
    "mailbox full": r"""
        (?:postfach|mailbox|speicherplatz|quota)[^.;]{0,50}(?:voll|uberfull|uberschr|ueberschr|erschopf)
        (?:boite|messagerie|compte|quota)[^.;]{0,50}(?:plein|satur|depass|atteint)|espace[^.;]{0,30}insuffisant
        (?:buzon|cuenta|bandeja|casilla|cuota)[^.;]{0,50}(?:llen[oa]|excedid|superad|sin espacio)
        casella[^.;]{0,50}pien|quota[^.;]{0,30}(?:superat|esaurit)|(?:caixa|cota|quota)[^.;]{0,50}(?:chei[oa]|excedid)
        (?:postvak|mailbox)[^.;]{0,30}\bvol\b|skrzynk\w{0,3}[^.;]{0,40}(?:peln|przepeln)|posta kutusu[^.;]{0,30}dolu
        ящик[^.;]{0,40}(?:переполн|полон)|превыш[^.;]{0,40}квот|квот[^.;]{0,30}превыш
        (?:メールボックス|受信箱|容量|保存)[^。]{0,30}(?:いっぱい|一杯|満杯|超え|超過|オーバー|不足)
        (?:邮箱|郵箱|信箱|郵件箱|收件箱|空间|空間|容量)[^。]{0,20}(?:已满|已滿|满了|滿了|爆满|不足|超出|超过|超過)
        (?:사서함|메일함|편지함|용량)[^.]{0,20}(?:가득|꽉|초과|부족)
        (?:กล่อง(?:จดหมาย|ข้อความ|เมล)|พื้นที่|โควต้า|โควตา)[^.]{0,30}(?:เต็ม|ไม่พอ|เกิน)
        """,
    "message too large": r"""
        zu gro(?:ss|ß)|trop (?:gros|volumineu|grand|lourd)|taille[^.;]{0,40}(?:depass|exced)|demasiado grande
        (?:tamano|tamanho)[^.;]{0,40}(?:exced|super)|excede (?:el|o) (?:tamano|tamanho)|troppo grand|muito grande
        te groot|zbyt duz
        слишком больш|размер[^.;]{0,30}превыш|サイズ[^。]{0,20}(?:超|大き)
        (?:邮件|郵件|信件|附件)[^。]{0,12}(?:过大|過大|太大)
        크기[^.]{0,20}초과|(?:ขนาด|ไฟล์)[^.]{0,20}(?:เกิน|ใหญ่)
        """,
    "too much mail": r"""
        频率|頻率|送信(?:数|回数)|(?:횟수|발송량)[^.]{0,10}초과|слишком много (?:писем|сообщений|соединений)
        trop de (?:messages|connexions)
        """,
    "sender refused": r"""
        (?:absender|expediteur|remitente|mittente|remetente|afzender|nadawc\w)\b[^.;]{0,40}(?:abgelehnt|\
            zuruckgewiesen|ungultig|unbekannt|refuse|rejete|invalid|inconnu|rechazad|rifiutat|recusad|rejeitad|\
            geweigerd|odrzucon)
        (?:berechtig\w{0,4}|permisos?|autorisation|permissao|autorizzazione|δικαιωμα|\
            разрешени\pL{0,2})[^.;]{0,50}(?:post|publi|envi|αναρτ|senden|отправ)
        (?:投稿|送信)する権限|権限がない|(?:发布|發佈|发帖|張貼)[^。]{0,10}(?:权限|權限)
        (?:权限|權限)[^。]{0,10}(?:发布|發佈)|게시[^.]{0,12}권한
        отправител\pL{0,2}[^.;]{0,30}(?:отклон|заблокир|не существ)
        送信者[^。]{0,16}(?:拒否|無効)|发件人[^。]{0,16}(?:拒绝|无效|不存在)
        """,
    "sending server blocked": r"""
        adresse ip\b|\bip\b[^.;]{0,30}gesperrt|(?:sperrliste|liste noire|lista (?:negra|nera))|черн\pL{2} спис|黑名单
        黑名單|ブラックリスト|블랙리스트
        """,
    "relaying denied": "relais (?:refuse|interdit)|weiterleitung (?:verweigert|abgelehnt)|中继|中繼",
    "address disabled": r"""
        (?:benutzer|konto|postfach|empfae?nger|adresse)\b[^.;]{0,50}(?:gesperrt|deaktiviert|stillgelegt|inaktiv)
        (?:compte|boite|destinataire|adresse|utilisateur)\b[^.;]{0,50}(?:suspendu|desactive|bloque|inactif|archive)
        (?:usuario|cuenta|buzon|casilla|conta|caixa|utente|casella|account)\b[^.;]{0,50}(?:suspendid[oa]|\
            suspens[oa]|deshabilitad[oa]|inactiv[oa]|inativ[oa]|bloquead[oa]|disattivat[oa]|sospes[oa]|\
            desativad[oa]|bloccat[oa])
        (?:account|mailbox|postvak)\b[^.;]{0,40}geblokkeerd
        (?:konto|skrzynk\w|adres)\b[^.;]{0,40}(?:zablokowan|nieaktywn)
        (?:ящик|пользовател|аккаунт|учетн)\pL{0,3}[^.;]{0,40}(?:заблокирован|отключен|неактив)
        (?:アカウント|メールアドレス|利用)[^。]{0,16}(?:停止|無効|凍結)
        (?:账户|帐户|账号|帐号|帳號|帳戶|邮箱|信箱|用户)[^。]{0,12}(?:停用|禁用|冻结|凍結|锁定|鎖定|暂停|暫停)
        계정[^.]{0,16}(?:정지|휴면|비활성)|(?:บัญชี|ผู้ใช้)[^.]{0,30}(?:ถูกระงับ|ระงับ|ปิดใช้งาน)
        """,
    "moved away": r"""
        unternehmen verlassen|a quitte (?:la|notre|l)|ya no trabaja|non lavora piu|nao trabalha mais|werkt niet meer
        nie pracuje|больше не работает|メールアドレス[^。]{0,10}変更|已离职|已離職|퇴사|ลาออก
        """,
    "domain unknown": r"""
        (?:domane|domain|zielsystem|host)\b[^.;]{0,30}(?:nicht gefunden|unbekannt|existiert nicht)
        domaine?\b[^.;]{0,40}(?:inconnu|introuvable|existe pas)
        dominio[^.;]{0,40}(?:no existe|non esiste|desconocido|nao existe|inesistente|sconosciuto|no se (?:encontr|\
            pudo))
        домен[^.;]{0,40}не (?:существует|найден)|ドメイン[^。]{0,20}(?:存在しま|見つか|不明)
        (?:域名|网域|網域|主机|主機)[^。]{0,16}(?:不存在|找不到|未找到|无效)|도메인[^.]{0,20}(?:없|찾을)
        โดเมน[^.]{0,30}(?:ไม่พบ|ไม่มี)
        """,
    "user unknown": r"""
        nessun utente|no existe (?:dicha persona|ese usuario|el usuario)|no hay (?:tal|ning\w{1,3}) usuario
        (?:empfa?e?nger\w?|benutzer|adresse|konto|teilnehmer|postfach|mailbox)\b[^.;]{0,50}(?:unbekannt|\
            existiert nicht|ungultig|nicht (?:gefunden|bekannt|vorhanden|existent|mehr))
        unbekannte\w? (?:empfa?e?nger|benutzer|adress)|kein (?:solche\w|benutzer|postfach)
        (?:adresse|destinataire|utilisateur|compte|boite)\b[^.;]{0,60}(?:inconnu|introuvable|invalide|incorrect|\
            existe pas|inexistant|pas ete trouve)
        (?:usuario|cuenta|buzon|direccion|destinatario|casilla)\b[^.;]{0,60}(?:desconocid|no (?:existe|es valid|\
            encontrad|se encontro|se ha encontrado|se pudo encontrar)|inexistente|invalid|incorrect)
        (?:utente|casella|indirizzo|destinatario)\b[^.;]{0,60}(?:sconosciut|inesistent|non (?:esiste|e stato trovat|\
            trovat|valid)|errat)
        (?:usuario|conta|caixa|endereco|destinatario)\b[^.;]{0,60}(?:nao (?:existe|encontrad|foi encontrad)|\
            desconhecid|inexistente|invalid)
        (?:gebruiker|adres|ontvanger|mailbox|postvak)\b[^.;]{0,50}(?:onbekend|bestaat niet|niet (?:gevonden|bekend)|\
            ongeldig)
        (?:uzytkownik|adres|adresat|konto|skrzynk)\w{0,3}\b[^.;]{0,50}(?:nieznany|nie istnieje|nie znalezion|\
            nieprawidlow)
        (?:kullanici|alici|adres)\b[^.;]{0,40}(?:bulunamadi|gecersiz|bilinmiyor)
        (?:mottagaren|modtageren|mottakeren)\b[^.;]{0,40}(?:finns inte|findes ikke|finnes ikke)
        (?:пользовател|адрес|ящик|получател|аккаунт|абонент)\pL{0,4}[^.;]{0,60}(?:не (?:существует|найден|\
            зарегистрирован)|неизвест|недействител|не удалось найти)
        (?:такого|такой) (?:пользовател|адрес|ящик|получател)\pL{0,2} (?:нет|не)
        (?:нет|неизвестн\pL{2}|несуществующ\pL{2}) (?:такого )?(?:пользовател|адрес|ящик|получател)
        (?:宛先|メールアドレス|アドレス|ユーザ|受信者|利用者|あて先)[^。]{0,30}(?:見つか|存在しま|存在し|不明|誤り|\
            間違|ありません|無効|認識)
        宛先不明|あて先不明
        (?:用户|用戶|帐号|账号|帳號|帐户|账户|邮箱|信箱|收件人|地址|使用者)[^。]{0,20}(?:不存在|未找到|找不到|无效|\
            無效|错误|錯誤|不正确|未注册|没有找到)
        (?:查无此|查無此)(?:人|用户|使用者)|无此(?:用户|收件人)
        (?:존재하지 않|없)는 (?:이?메일 ?)?(?:사용자|수신자|받는 ?사람|계정|주소|메일함)
        (?:사용자|수신자|받는 ?사람|계정|주소|메일함)[^.]{0,30}(?:없|찾을 수|존재하지|알 수 없|잘못)
        (?:ไม่พบ|ไม่มี)[^.]{0,30}(?:ผู้ใช้|ที่อยู่|ผู้รับ|บัญชี|อีเมล)
        (?:ผู้ใช้|ที่อยู่|ผู้รับ|บัญชี|อีเมล)[^.]{0,40}(?:ไม่พบ|ไม่มีอยู่|ไม่ถูกต้อง)
        """,
    "recipient refused": r"""
        (?:受信|着信)(?:拒否|許可)|拒收|empfanger[^.;]{0,30}(?:abgelehnt|verweigert)|수신 ?거부
        """,
    "refused by policy": "richtlinie|politique|politica|политик|ポリシー|策略|정책|นโยบาย",
    "not accepted in time": r"""
        期限|zustellfrist|delai[^.;]{0,20}(?:depass|expir)|tiempo[^.;]{0,20}(?:agotado|excedid)|истек|超时|逾时|逾時
        시간 ?초과|หมดเวลา
        """,
    "server not reached": r"""
        verbindung[^.;]{0,40}(?:fehl|abgelehnt|unterbrochen|nicht)
        (?:conexion|connexion|connessione|conexao)[^.;]{0,40}(?:refus|rechaz|perdid|echou|fall|rifiut|impossib|recus)
        не удалось (?:соединиться|подключиться|установить соединение)|接続(?:でき|エラー|に失敗)|タイムアウト
        连接(?:失败|超时)|連線(?:失敗|逾時)|연결(?:할 수|에 실패)
        """,
}
