"""Answers as sales people get them, each with what a careful person reads in it."""

from datetime import UTC, datetime

import pytest

from nurture.inbox.parse import parse
from tests.support.judging import classify

NOW = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)

ANSWERS = """
interested | Our current vendor just raised prices. Walk me through it on Thursday?
interested | Forwarded to my CTO, he wants a look. Got 20 min Friday?
interested | ok lets do it
interested | Where do I sign?
question | Do you offer a discount for non-profits?
question | Is your data hosted in the EU?
question | We are a team of 12. What would that set us back per month?
question | How is this different from HubSpot?
question | Does it run on-prem?
question | I don't see how that fits with Salesforce - can you shed some light?
not_interested | Thanks, but we're all set.
not_interested | We've already got something in place, thanks.
not_interested | Appreciate the persistence but it's a pass from us.
not_interested | Not a fit.
not_interested | nah
not_interested | We went with a competitor last month, sorry.
not_interested | No need, we build this in-house.
not_interested | I'm going to stop you right there. We will never buy this.
not_interested | Please close my file, we decided against it.
not_interested | We just signed a three-year contract with another provider, so this is off the table.
not_now 2026-06-01 | Try me again in June.
not_now 2026-10-01 | We're in the middle of a merger, nothing new will be bought before Q4.
not_now 2026-03-24 | Bit snowed under, ping me in two weeks?
not_now 2026-10-01 | Our fiscal year starts in October; bring it up again then.
not_now | Not this quarter.
not_now | Timing is off for us. Maybe next spring.
not_now 2026-09-01 | The budget round is in September, let's speak then.
not_now 2027-01-01 | I like it, but I can't get this approved before the new year.
not_now | On parental leave from next week. Can we revisit this in the autumn?
not_now | Our contract with the present supplier runs until 31 August. Get back to me after that.
not_now | This isn't on our radar at the moment.
not_now | Hold off for now please, we're reorganising.
wrong_person priya.shah@acme.example | Priya Shah (priya.shah@acme.example) runs procurement these days.
wrong_person tom@acme.example | You want Tom, not me: tom@acme.example
wrong_person | I don't handle purchasing. Try our office manager.
wrong_person | I think you have the wrong Smith.
wrong_person | Martin retired in January, I have taken over his mailbox but not his job.
wrong_person | Looping in Dana who owns this topic.
wrong_person | This isn't my department.
wrong_person | I left Acme in 2024, please update your records.
unsubscribe | Take me off this list.
unsubscribe | Enough. Do not write to me again.
unsubscribe | unsubscribe me pls
unsubscribe | Lose my address please
question | We need that for our newsletter. How do people unsubscribe with your tool?
question | Quick one: can our customers unsubscribe with one click?
other | Thank you for the info.
other | Got it, thanks!
other | Happy Easter to you and the team!
interested | Sorry for the late reply, I was on holiday last week. Let's talk tomorrow!
interested | I wasn't interested at first, but your last mail changed my mind. What do we do next?
not_now 2026-07-01 | It's not that we're not interested, we just have no money until July.
interested | No problem, Thursday at 3 works for me.
interested | No questions, please send the agreement over.
not_interested | Would love to but my boss said no.
question | Could you resend the attachment? It didn't open.
interested | My new number is 555-0134, give me a buzz.
interested | Sure, why not. What's the price though?
not_interested | If I were interested I would have answered your first five mails.
interested | สนใจค่ะ รบกวนส่งรายละเอียดเพิ่มเติมหน่อยนะคะ
interested | ขอใบเสนอราคาด้วยครับ
interested | นัดเดโมวันพฤหัสบ่ายได้ไหมครับ
interested | ได้เลยค่ะ โทรมาได้ที่ 081-234-5678
interested | โอเคครับ ตกลงตามนี้
interested | อยากลองใช้ดูก่อนค่ะ สมัครยังไงคะ
interested | น่าสนใจมากครับ ขอคุยรายละเอียดหน่อย
interested | ส่งมาเลย
interested | แอดไลน์มาคุยกันได้เลยค่ะ ไอดี somchai88
interested | พร้อมสั่งซื้อแล้ว ออกใบแจ้งหนี้ได้เลยครับ
question | ราคาเท่าไหร่คะ
question | รองรับภาษาไทยไหมครับ
question | ออกใบกำกับภาษีได้ไหมคะ
question | ต่างจากระบบที่ใช้อยู่ตรงไหน
question | มีค่าใช้จ่ายรายปีหรือเปล่าครับ
question | ข้อมูลเก็บไว้ที่ไหน ปลอดภัยหรือไม่
question | ใช้กับพนักงานกี่คนได้คะ
question | ต้องติดตั้งโปรแกรมเพิ่มรึป่าวคะ
not_interested | ยังไม่สนใจ
not_interested | ไม่สะดวกค่ะ เรามีระบบของเราอยู่แล้ว
not_interested | ไม่สนใจครับ ขอบคุณ
not_interested | ใช้ของเจ้าอื่นอยู่แล้วค่ะ
not_interested | ขอผ่านนะครับ
not_interested | ไม่เอาค่ะ
not_interested | ขอบคุณที่เสนอมา แต่ทางเราไม่มีความจำเป็นต้องใช้
not_interested | คิดว่าไม่ตอบโจทย์ธุรกิจเราค่ะ
not_interested | เพิ่งเซ็นสัญญากับบริษัทอื่นไปค่ะ
not_interested | แพงเกินไปครับ ไม่ไหว
not_now 2026-04-01 | ช่วงนี้ยุ่งมาก ขอเป็นเดือนหน้านะคะ
not_now 2027-01-01 | ตอนนี้ยังไม่มีงบครับ ปีหน้าค่อยว่ากัน
not_now 2026-04-16 | ไว้หลังสงกรานต์ค่อยคุยกันใหม่ครับ
not_now 2026-06-01 | ติดต่อมาใหม่เดือนมิถุนายนนะคะ
not_now | ยังไม่สะดวกค่ะ
not_now 2026-03-24 | ขอเวลาปรึกษาทีมก่อน อีกสองสัปดาห์จะแจ้งกลับ
not_now 2026-04-01 | ไตรมาสหน้าค่อยมาเสนอใหม่ครับ
not_now | ยังไม่ใช่ตอนนี้ครับ
not_now | รอผ่านงบประมาณปี 2570 ก่อนนะคะ
wrong_person wipa@acme.example | ผมไม่ได้ดูแลเรื่องนี้ครับ รบกวนติดต่อคุณวิภา wipa@acme.example
wrong_person | เรื่องนี้ต้องคุยกับฝ่ายจัดซื้อค่ะ
wrong_person | ดิฉันลาออกจากบริษัทแล้วค่ะ
wrong_person | ส่งผิดคนแล้วครับ
wrong_person | คุณสมชายย้ายไปสาขาอื่นแล้วค่ะ
unsubscribe | ขอยกเลิกรับข่าวสารค่ะ
unsubscribe | ไม่ต้องส่งมาอีก
unsubscribe | เอาชื่อผมออกจากระบบด้วย
other | รับทราบค่ะ ขอบคุณค่ะ
other | สวัสดีปีใหม่ครับ
other | ได้รับเมลแล้วครับ
interested | เมื่อก่อนไม่สนใจ แต่ตอนนี้อยากลองแล้วครับ
interested | ไม่มีปัญหาค่ะ วันจันทร์สิบโมงสะดวก
interested | Klingt spannend, wann hätten Sie Zeit für ein Telefonat?
interested | Ja, her damit!
question | Was kostet der Spaß?
question | Läuft das auch mit SAP?
not_interested | Nein danke, wir sind bestens versorgt.
not_interested | Wir haben uns für einen anderen Anbieter entschieden.
not_now | Melden Sie sich bitte im Herbst noch einmal.
not_now 2026-06-01 | Vor Juni wird das nichts.
wrong_person keller@acme.example | Dafür ist Frau Keller zuständig, keller@acme.example.
unsubscribe | Nehmen Sie mich aus dem Verteiler.
interested | Ça m'intéresse, pouvez-vous m'appeler demain ?
interested | Avec plaisir, je suis disponible mardi matin.
question | Quels sont vos tarifs ?
question | Est-ce compatible avec notre ERP ?
not_interested | Nous ne sommes pas intéressés, merci.
not_interested | Nous avons déjà un prestataire.
not_now 2026-09-01 | Revenez vers moi à la rentrée.
wrong_person julie@acme.example | Ce n'est plus moi qui m'occupe de cela, voyez avec Julie (julie@acme.example).
unsubscribe | Merci de ne plus m'écrire.
interested | Me interesa, mándame más información.
question | ¿Cuánto cuesta al mes?
not_interested | No nos interesa, gracias.
not_now 2026-09-01 | Ahora mismo no podemos, escríbeme en septiembre.
wrong_person | Yo no llevo ese tema, habla con mi compañera Marta.
interested | 興味があります。資料を送っていただけますか。
question | 料金はいくらですか?
not_interested | 今回は見送らせていただきます。
not_now 2026-04-01 | 来月以降に改めてご連絡ください。
wrong_person | 私は担当ではございません。
interested | Tenho interesse, podemos marcar uma reunião?
not_now | Não temos interesse no momento.
not_interested | Já usamos outra ferramenta, obrigado.
interested | Mi piacerebbe saperne di più.
not_now 2026-05-01 | Al momento no, risentiamoci a maggio.
not_interested | Bedankt, maar wij hebben hier geen behoefte aan.
interested | Klinkt goed, stuur maar een offerte.
interested | 我们很感兴趣,请发报价单。
interested | 관심 있습니다. 자료 보내주세요.
not_now 2027-01-01 | 지금은 예산이 없습니다. 내년에 다시 연락 주세요.
interested | You caught me at just the right time. Book something for Monday?
interested | Fine, you win. Show me what it can do.
interested | Count us in for the pilot.
interested | My partner and I would both like to join the webinar.
interested | Cool. Next step?
interested | Could we get a second demo for the ops people?
question | What happens to our data if we leave?
question | Who else in our industry uses this?
question | Any chance of a discount if we pay yearly?
question | Not sure I follow. How would the import work?
question | Are you GDPR compliant?
question | And what about weekends, is anybody there?
not_interested | We're a two-person shop, this is overkill for us.
not_interested | I'd rather stick with spreadsheets, thanks.
not_interested | It's a no from me.
not_interested | This doesn't make sense for a company of our size.
not_interested | Kind of you to ask, but we don't do outbound.
not_interested | We tried it and it wasn't for us.
not_interested | Sorry mate, no.
not_now | Can we pick this up after Easter?
not_now 2026-05-01 | Everything is on hold until the new CEO starts in May.
not_now 2026-09-10 | Check back with me in 6 months.
not_now 2026-03-31 | Swamped this week and next. End of the month is better.
not_now | We have no headcount for this right now.
not_now | It'll have to wait till summer.
wrong_person rachel@acme.example | Not my call - Rachel in procurement decides. rachel@acme.example
wrong_person | John passed away last year.
wrong_person | I'm the receptionist, you probably want our marketing lead.
wrong_person | Moved to another role. CCing my successor.
unsubscribe | How did I end up on this list? Get me off it.
unsubscribe | No more of these please.
other | Thanks for the update, noted.
other | Congrats on the launch!
question | Sorry, who is this?
interested | ขอดูตัวอย่างระบบหน่อยครับ
interested | เข้ามานำเสนอที่ออฟฟิศได้เลยค่ะ
interested | โอเคค่ะ เอาแพ็กเกจเล็กก่อน
interested | ผมว่าดีนะ นัดคุยกันวันพุธได้ไหม
interested | ทีมเราสนใจมากค่ะ โทรหาได้ช่วงบ่าย
interested | กำลังหาโปรแกรมแบบนี้อยู่พอดีเลยครับ
question | ผ่อนชำระได้ไหมคะ
question | มีแอปบนมือถือไหมครับ
question | ถ้ายกเลิกกลางคันคืนเงินไหม
question | ใครเป็นลูกค้าของคุณบ้าง
question | บริษัทคุณอยู่ที่ไหนคะ
not_interested | เราทำเองได้ค่ะ ไม่ต้องใช้ระบบ
not_interested | ไม่ล่ะครับ
not_interested | ร้านเล็กๆ คงไม่ได้ใช้หรอกค่ะ
not_interested | หัวหน้าไม่อนุมัติค่ะ
not_now | ขอบคุณค่ะ แต่ยังไม่จำเป็นต้องใช้
not_now 2026-05-01 | เดือนนี้ปิดงบ ขอคุยเดือนพฤษภาคมนะคะ
not_now | รอปีงบประมาณใหม่ก่อนครับ
not_now 2026-06-10 | อีก 3 เดือนค่อยติดต่อมาใหม่นะครับ
not_now | ติดประชุมทั้งอาทิตย์ ไว้ค่อยว่ากัน
wrong_person mint@acme.example | พี่ย้ายแผนกแล้วจ้า ติดต่อน้องมิ้นท์แทนนะ mint@acme.example
wrong_person | ผมเป็นแค่พนักงานขายครับ ไม่มีอำนาจตัดสินใจ
unsubscribe | กรุณาหยุดส่งอีเมลครับ
unsubscribe | เลิกส่งสักที
other | โอเคค่ะ ขอบคุณสำหรับข้อมูลนะคะ
other | ขอให้ขายดีๆ นะครับ
not_interested | Das passt leider nicht zu uns.
not_now | Können wir das auf nächste Woche verschieben? Bin im Stress.
question | Gibt es eine Testversion?
interested | Schicken Sie mir gern mal ein paar Terminvorschläge.
not_now 2027-01-01 | On en reparle l'année prochaine.
interested | Pouvez-vous me faire une offre pour 10 postes ?
wrong_person | Monsieur Durand a quitté l'entreprise.
not_interested | Estamos contentos con nuestro proveedor actual.
question | ¿Tenéis versión de prueba?
unsubscribe | Bórrenme de su lista por favor.
interested | 来週お時間いただけますか。
not_now | 予算の都合で今年度は難しいです。
not_interested | 他社のサービスを利用しています。
question | Quanto fica para 20 usuários?
wrong_person | Pode falar com o Carlos, ele cuida disso.
not_interested | Non fa per noi, grazie.
interested | Bel me maandag even.
question | 能介绍一下功能吗?
question | 가격이 얼마인가요?
not_interested | 저희는 필요 없습니다. 감사합니다.
interested | Would be good to see it in action.
interested | Happy to hear more next week.
interested | Ok you've got 15 minutes, Tuesday 2pm.
interested | Please put together a quote for 40 seats.
interested | Let's go with the annual plan.
question | What would onboarding look like?
question | Is it possible to import from Excel?
question | Can you remind me what this is about?
not_interested | We're quite happy with Mailchimp.
not_interested | Not something we'd use.
not_interested | We've decided to build our own.
not_interested | Please don't follow up again, we have no need.
not_interested | We're cutting costs, so no new tools.
not_now 2026-07-01 | We'll look at this again in the second half of the year.
not_now 2026-07-01 | Can't think about this before July.
not_now | Come back when we have raised our next round.
wrong_person lena@acme.example | You should speak with our COO, Lena: lena@acme.example
wrong_person | I'm just the intern :)
wrong_person | Procurement handles this.
unsubscribe | Kindly delete my data.
other | Appreciated.
other | Hope you are well.
interested | น่าสนใจค่ะ มีโปรไหม
interested | จัดมาเลยพี่
interested | พร้อมคุยค่ะ วันไหนก็ได้
question | มีคู่มือภาษาไทยหรือเปล่า
question | ค่าบริการเดือนละกี่บาท
not_interested | ไม่เป็นไรค่ะ ขอบคุณ
not_interested | เรามีทีมทำเองอยู่แล้วค่ะ
not_now | ปีนี้ไม่มีแผนลงทุนครับ
not_now 2026-04-01 | ขอดูงบก่อน ต้นเดือนหน้าทักมาใหม่นะ
wrong_person | ฝ่ายไอทีเป็นคนตัดสินใจค่ะ
unsubscribe | ห้ามส่งมาอีกนะ
not_interested | Interessiert mich nicht.
wrong_person | Je transmets à mon collègue.
interested | Llámame el lunes.
interested | 検討させていただきます。
question | Quanto costa?
not_now | 나중에 연락 주세요.
interested | We should talk to our team first, but send me the quote please.
interested | We have no internal tool for this, can you show me a demo?
interested | Let's talk after lunch on Thursday.
interested | We are going to do this. Send the contract.
interested | Our boss loves it. Where do we sign?
interested | I handle purchasing now, send me the price list.
interested | Wir haben schon lange auf so etwas gewartet, bitte schicken Sie ein Angebot.
not_interested | Kommt nicht in Frage.
interested | Ya tenemos presupuesto, ¿cuándo podemos empezar?
interested | Já temos orçamento aprovado, pode mandar a proposta.
interested | Abbiamo già parlato con il capo, ci interessa.
interested | 已经有预算了,请发合同。
interested | ぜひ導入したいです。
interested | หัวหน้าอนุมัติแล้วค่ะ ออกใบแจ้งหนี้ได้เลย
interested | วันจันทร์ไม่สะดวกค่ะ วันอังคารได้ไหมคะ
interested | 이미 예산이 있습니다. 견적서 보내주세요.
interested | Tuesday doesn't work for me, how about Wednesday?
interested | Thursday won't work for us. Could we do Friday instead?
interested | That time doesn't suit me. 4pm?
interested | It doesn't suit me on Tuesday, can we do Wednesday?
not_interested | This doesn't work for us.
not_now | Next week doesn't work for us.
wrong_person | Tom doesn't work for us any more.
wrong_person | She no longer works for the company.
interested | Timing is great for us. Send the contract.
not_now | The timing isn't great for us.
not_now | Timing is wrong.
interested | Can't wait until Thursday's demo!
interested | We have no time to lose, send the contract.
interested | No need to call, just send me the contract.
interested | Am Dienstag passt es für uns nicht, geht Mittwoch?
interested | ไม่ต้องรอค่ะ เริ่มได้เลย
interested | สนใจค่ะ แต่ไม่ต้องโทรมานะคะ ส่งเมลมาได้เลย
"""


@pytest.mark.parametrize("line", [line for line in ANSWERS.split("\n") if line])
def test_an_answer_means_what_a_careful_person_reads_in_it(line: str) -> None:
    expected, _, text = line.partition(" | ")
    raw = f"From: pat@writer.example\nTo: mali@example.com\nSubject: Re: hello\nIn-Reply-To: <1@example.com>\n\n{text}"
    verdict = classify(parse(raw.encode()), now=NOW)
    intent, _, named = expected.partition(" ")
    assert (verdict.intent or verdict.kind) == intent
    assert not named or named in (verdict.colleague, verdict.until and verdict.until.isoformat())
