"""What servers say in English of a recipient, of themselves, and of what goes wrong on the way; see bounce_phrases."""

PHRASES_OF_RECIPIENTS: tuple[tuple[str, str], ...] = (
    (
        "delivery program failed",
        r"""
        command output|procmail|maildrop\b|deliver(?:y)? program|pipe(?:d)? to|child (?:process|status)
        mailer (?:error|\S{1,30} died|exited)|unknown mailer error|exit(?:ed)? (?:with )?(?:status|code)
        command (?:died|failed|timed out|rejected)|local delivery failed
        (?:cannot|can't|couldn't|could not|unable to) (?:open|append|create|write)
        temporary failure in (?:local )?delivery
        """,
    ),
    (
        "domain takes no mail",
        r"""
        (?:does|do|will)(?: not|n't) (?:accept|receive|take|handle)(?: any)? (?:e-?mails?|mail|messages)(?:$|[^ \w]|\
            \s(?:[^\w]|at all|any ?more|any longer|here|there))
        indicated no smtp service
        null ?-?mx\b|accepts no (?:e-?mail|mail)|no mail is accepted (?:here|for)
        type=mx: malformed or unexpected name server reply|no mx (?:record )?(?:was )?found|mx record is empty
        domain (?:is )?not (?:accepting|receiving) (?:e-?mail|mail)|not accepting network messages
        smtp service not (?:available|provided) (?:here|on)
        mail receiving (?:is )?disabled
        """,
    ),
    (
        "address disabled",
        r"""
        (?:account|mail ?box|user|recipient|address|e-?mail|customer|subscriber|login|domain)(?:'s|\
            \(s\))?\b[^.;]{0,60}\b(?:disabled|suspended|inactive|frozen|locked|deactivated|expired|not active|\
            on hold|archived|dormant|disused|unpaid|not paid|blocked)
        (?:account|mail ?box|user|recipient|address)\b[^.;]{0,40}(?:temporarily unavailable|not (?:enabled|\
            activated)|inactivity|over due)
        (?:disabled|inactive|suspended|expired|frozen|locked|deactivated|blocked|\
            archived) (?:the )?(?:e-?mail )?(?:account|user|mail ?box|recipient|address)
        (?:user|account|mail ?box) is terminated|is currently suspended|suspend the service
        mail ?box unavailable or access denied|user not active|locked e-?mail bounced
        (?:account|mail ?box|user)\S{0,3} (?:is )?temporarily limited
        """,
    ),
    (
        "moved away",
        r"""
        (?:user|recipient|person|mail ?box|account|address|he|she|<>)\b[^.;]{0,20}\b(?:has |have )?(?:been )?moved\b
        new (?:e-?mail )?address is|no forwarding|forwarding order|forwarding address (?:is|on)|has been replaced by
        please (?:use|update)[^.;]{0,40}new (?:e-?mail )?address|address (?:has )?(?:been )?(?:changed|replaced)
        not our customer|user not local; please try|recipient no longer on server
        no longer (?:works?|working|employed) (?:here|at|with|for)|no longer with (?:us|the|this|our)
        (?:has|employee|person) left (?:(?:the|our|this) )?(?:company|organi[sz]ation|firm|university)
        has moved to|<>,? please use <>
        """,
    ),
    (
        "domain unknown",
        r"""
        \b(?:host|domain|domain ?name|server|nameserver|destination|site|\
            <host>)(?: or domain ?name)?(?: <host>)?(?: name)?[ '":]{0,3}(?:is |was |are |could |can |has |\
            there )?(?:not (?:be )?(?:found|exist|known|resolve)|unknown|does(?: not|n't) (?:exist|resolve)|\
            cannot be (?:found|resolved)|can't be (?:found|resolved)|couldn't be (?:found|resolved)|unresolvable|\
            no such|invalid|non-?existent|not[- ]found)
        (?:unknown|invalid|no such|bad|illegal|non-?existent|unresolvable|unrouteable|unroutable|\
            unrecogni[sz]ed) (?:mail )?(?:host|domain|mail server|destination (?:domain|host))
        nxdomain|name (?:or )?service (?:not known|error)|couldn't (?:find any host|resolve host)|host_?unknown
        illegal host|no matches to nameserver query|no dns (?:a|mx)-?data
        domain\b[^.;]{0,30}\b(?:recipient|e-?mail address|address|<>) (?:is|was) (?:unknown|not known|invalid)
        (?:cannot|can't|unable to|could not|failed to) (?:resolve|find|look ?up)[^.;]{0,30}\b(?:host|domain|mx\b|\
            <host>)
        no (?:mx|a|mx or a|dns|valid (?:mx|mail))\b[^.;]{0,20}(?:records?|hosts?)\b
        all relevant mx records point to non-?existent|please check the domain|<host> does not exist
        bad destination system
        domain[^.;]{0,40}(?:does(?: not|n't) exist|not exist|couldn't be found|could not be found|was not found|\
            is not registered)
        dns (?:error|lookup failure)[^;]{0,60}(?:not found|domain)
        (?:domain|host) must exist|^\W{0,3}unable to resolve\W{0,3}$|unrout(?:e)?able mail domain
        all host address lookups failed permanently
        """,
    ),
    (
        "access denied",
        r"""
        delivery not authori[sz]ed|authentication (?:required|is required|failed|needed)|auth(?:entication)?required
        not authenticated|unauthenticated|must (?:be )?authenticat|sendernotauthenticated|notauthori[sz]ed
        (?:delivery|access|sending|address)\b[^.;]{0,30} (?:is |are )?restricted|senders? list
        only (?:accepts?|receives?) (?:e-?mails?|mail|messages)? ?from
        does(?: not|n't) accept (?:mail|messages|e-?mails?) from
        starttls|(?:\btls\b|\bssl\b|encryption|secure connection)[^.;]{0,30}(?:required|needed|fail|not )
        (?:require|need|must)\w{0,2}[^.;]{0,30}(?:\btls\b|\bssl\b|encrypt)|certificate|without (?:tls\b|ssl\b|encrypt)
        insufficient (?:permission|access)|not permitted|notpermitted
        authentication (?:credentials|failure)|insecure mail relay|turn on smtp authentication
        authentication is required
        """,
    ),
    (
        "user unknown",
        r"""
        (?:users?|accounts?|mail ?box(?:es)?|recipients?|address(?:es)?|addressee|e-?mails?|subscriber|person|login|\
            alias|login|group)\b[^.;]{0,70}\b(?:unknown|not (?:be )?(?:found|exist\w{0,4}|known|listed|valid|\
            recogni[sz]ed|local|our\b|one of our|associated|identified|registered|present|in use)|absent|\
            not an? (?:known|valid|registered|current|local|existing)|\
            does(?: not|n't) (?:exist|have)|doesnt exist|do not exist|no such|is invalid|invalid$|\
            (?:does not|doesn't|do not) (?:work any|belong)|cannot be found|isn't|wasn't found|\
            couldn't be found|undeliverable|unrouteable|unroutable|non-?existent|never logged)
        (?:users?|accounts?|mail ?box(?:es)?|recipients?|address(?:es)?|e-?mails?)\b[^.;]{0,70}\b(?:terminated|\
            closed|deleted|discontinued|removed|cancel+ed)
        (?:users?|accounts?|mail ?box(?:es)?|recipients?|address(?:es)?|e-?mails?)\b[^.;]{0,70}\bno longer (?:valid|\
            available|accept|in use|exist|active|monitor|used|receiv)
        (?:unknown|no such|invalid|bad|unrecogni[sz]ed|non-?existent|undeliverable|illegal|incorrect|unidentified|\
            wrong|unrouteable|unroutable|unavailable) (?:local |final |delivery |e-?mail |mail |smtp |virtual |\
            recipient |destination |<host> |mail ?box |rcpt to |or illegal )?(?:users?|userid|accounts?|mail ?box|\
            recipients?|address|addressee|person|alias|user ?name|subscriber|inbox|customer|local[- ]part)\b
        (?:no|not a valid|not a|doesn't have (?:a|an)(?: \S{1,60})?) (?:local |e-?mail |mail |virtual |\
            valid )?(?:user|account|mail ?box|recipient|addressee|alias|subscriber)\b
        unknown (?:to|at) (?:this|the) (?:server|system|host|address)|user_?unknown|unknown_?user|no_?such_?user
        recip(?:ient)? ?notfound|adr\.\w{0,4}recip|invalid final delivery
        not listed in (?:the )?(?:domino|public|directory|address)
        no mail ?box (?:here|by|for|with)|not (?:one of )?our (?:user|customer|recipient)
        (?:user|name) not in (?:the )?(?:directory|database)
        (?:name|user|person|address|recipient) (?:is )?not (?:recogni[sz]ed|in (?:the )?(?:directory|database|\
            address book))
        did not (?:exactly )?match an|address not found|unable to find (?:the )?(?:recipient|user|address|mailbox)
        (?:wasn't|was not|could not be|couldn't be) found at|please check if address is correct
        mailbox name not allowed
        no longer (?:valid|in use|exists|available)\b|does not exist (?:here|on)|invalid user\b|user <> not
        is not a registered|\b542 <> rejected
        address not present|can.t accept user|<> does(?: not|n.t) exist|rejected recipients
        (?:known|active) (?:user|address)[^.;]{0,12} (?:on|at) this|mail ?box not present|no valid recipients
        final email delivery point|badrcptto|badrecipientto|validrcptto|envelope recipient has been denied
        no one at this address|missing home directory|there is no (?:such )?one
        (?:users?|accounts?|mail ?box(?:es)?|recipients?|address(?:es)?|person)\b[^.;]{0,40}\b(?:is gone|retired|\
            no longer (?:here|on|at|known|with|part)|has left)\b
        (?:no record|not aware|unaware|no knowledge|never heard) of (?:this|that|any|the|such)? ?(?:an? )?(?:user|\
            recipient|address|account|mail ?box|person|<>)
        (?:do(?:es)? not|don't|doesn't) (?:know|have) (?:of )?(?:an?|any|this|that) ?(?:e-?mail )?(?:user|account|\
            mail ?box|address|recipient|one|body|such)
        (?:anyone|anybody|someone|person|account|user|mail ?box) (?:by|of|with|under) (?:that|this|the) (?:name|\
            e-?mail|address)
        no ?(?:one|body) (?:here )?(?:by|with|at|of) (?:that|this|the) (?:e-?mail )?(?:name|address)
        not have an? (?:e-?mail |mail )?(?:account|address|mail ?box)
        e-?mail ?ids? (?:is )?(?:not|unknown|invalid)|unrecogni[sz]ed or-?name|unable to find <>|recipient not ok
        (?:recipient|address|mail ?box|user) (?:could not be |not |cannot be )?verif(?:y|ied|ication) (?:failed|failure)
        cannot route mail to user|has (?:been deleted or has )?no e-?mail address
        """,
    ),
    (
        "recipient refused",
        r"""
        only accepting mail from specific|not currently being accepted for this mail ?box|is not accepting any mail
        user rules|account is protected by|(?:user|recipient|id) refuses? to receive
        user reject|blocked by the recipient
        recipient preferences?|message filtered|because of protection|refused by filter
        (?:user|recipient|personal|custom) filter
        (?:rejected|refused|declined|blocked|filtered|denied) by (?:the |its )?(?:recipient|user|owner|addressee|\
            sieve)
        (?:recipient|user) (?:has )?(?:rejected|refused|declined|does(?: not|n't) (?:want|wish|accept))
        """,
    ),
    (
        "protocol broken",
        r"""
        duplicate header|bare[- ](?:lf|cr|line ?feed|new ?line)|bare <?[lc][rf]>?|\brfc[- ]?\d{4}
        \brfc[- ]?822 (?:compl|viol|head|form)|(?:not|isn't) rfc
        rfc[- ]compliant|non-?compliant
        syntax error|malformed|multiple addresses in from|out of sequence|bad sequence|pipelining
        (?:missing|invalid|multiple|no|bad|improper|illegal) (?:a |an |required |valid ){0,2}'?(?:from|to|date|\
            message-id|subject|sender)?'? ?header
        header (?:field )?(?:is )?(?:missing|invalid|malformed)|8-?bit|non-?ascii|smtputf8|ascii nul\b
        command (?:not|unrecogni)|unrecogni[sz]ed command|unexpected (?:command|response)
        must have a (?:valid )?(?:helo|date|from)|invalid helo|helo[^.;]{0,30}(?:reject|invalid|require)
        """,
    ),
    (
        "content refused",
        r"""
        (?:attachment|file type|mime|charset|encoding|conversion|message body)[^.;]{0,40}(?:not (?:allowed|\
            supported|accept|permitted)|unsupported|reject|invalid|prohibited|fail|block)
        """,
    ),
    (
        "refused by policy",
        r"""
        polic(?:y|ies)|protocol violation|header error|prohibited|forbidden|not (?:be )?accepted|denied by
        administrative(?:ly)? (?:prohibit|denied|reject)
        admin(?:istrator)?(?:istrative)? (?:rule|prohibit|reject|block|refus)
        refus\w{1,3} (?:by|to accept|due)|terms of|security (?:reason|rule)|local (?:rule|restriction)
        not (?:allowed|permitted)
        (?:message|mail|it|transaction) (?:was |has been |is )?(?:block|reject|refus|denied)
        (?:block|reject|refus)\w{0,3} (?:the |this |your )?(?:message|mail|e-?mail|transaction)
        abus(?:e|ive)|\bspam|restrict
        """,
    ),
)
LIKELY_UNKNOWN = "user likely unknown"
"""Words that also stand for much else: `user unknown` where the server speaks of a recipient, by status or command."""

# Said where nothing plainer is.
LAST_PHRASES: tuple[tuple[str, str], ...] = (
    (
        "access denied",
        r"access denied|permission denied|not authori[sz]ed",
    ),
    (
        "user unknown",
        r"""
        (?:recipient|address|mail ?box|user|account)(?: address)? (?:is |was )?(?:currently )?(?:rejected|\
            unavailable|not available|refused|not accepted)\b
        """,
    ),
    (
        LIKELY_UNKNOWN,
        r"""
        (?:cannot|can't|could not|unable to) (?:verify|validate|find|locate) (?:the |this |that )?(?:e-?mail )?(?:\
            recipient|address|user|mail ?box|account)
        (?:is|are) (?:unknown|not known|unrecogni[sz]ed)(?:$|\W{0,2}[.!,(]| or | to | at | here| in )
        not an? (?:known|valid|active|current|existing|registered) (?:\w+ )?(?:user|recipient|account|mail ?box|address)
        """,
    ),
    (
        "not accepted in time",
        r"""
        retry (?:time ?out|time) (?:exceeded|not reached)|in (?:the )?(?:mail )?queue (?:for )?too long
        (?:message|mail|delivery|queue|it)[^.;]{0,20}(?:has )?expired|delivery time (?:expired|exceeded)
        (?:could|can) ?not be delivered for (?:too long|more|over|the|\d)
        not (?:been )?(?:delivered|accepted) (?:for|after|within|in)\b
        for more than \d|after \d{1,4}(?: |-)?(?:hours?|days?|minutes?)
        exceeded (?:its |the )?(?:maximum )?(?:time|lifetime|retr)
        too (?:old|long)\b|too many (?:delivery )?(?:attempts|retries)|message timed out|giving up|given up
        host unreachable for
        max(?:imum)? (?:queue|retry|delivery) (?:time|lifetime|attempts)|retries exhausted|hosts have been failing
        failed (?:after )?\d+ attempts|no longer (?:be )?retr|deleted from queue
        in the time limit|(?:message|mail) [^.;]{0,40}frozen
        """,
    ),
    (
        "server not reached",
        r"""
        time(?:d)?[- ]?out|connection (?:was )?(?:refused|reset|lost|died|dropped|closed|broken|aborted|failed|error)
        (?:could|can)(?: ?not|n't|'t) (?:connect|establish|contact|reach)
        (?:unable|failed|wasn't able|not able) to (?:connect|establish|contact|reach)
        no route|un-?reachable|network|too many hops|hop count|(?:routing|mail(?: forwarding)?) loop
        loop(?:s|ed|ing)? back|loop detected|mail loops
        lost connection|bad connection|(?:not|did not|failed to|isn't) (?:been )?(?:respond|answer|reach)|no answer
        host[^.;]{0,20}(?:down|unavailable)|connect (?:to|failed)|dns (?:failure|timeout|server|error|problem)
        lookup (?:fail|error|timed)|name (?:lookup|server)|server (?:fail|is down)|servfail|socket|greeting
        communication failure
        dns records for the destination|name server reply|forwarding loop|message looping|looping
        no response from
        """,
    ),
    (
        "asked to come later",
        r"""
        try(?: again)? later|later on|at a later|temporar\w{1,5} (?:deferred|rejected|blocked|defer)
        server (?:is )?busy
        deferred|system load|resources temporarily|local delivery deferred|essayer plus tard
        """,
    ),
    (
        "trouble at the receiving server",
        r"""
        system (?:error|problem|config|failure|resources|storage|is not)|local (?:error|configuration|problem)
        internal (?:error|server|problem|failure)|resources|\bdisk|i/o error|\bio error|config(?:uration|ured)?\b
        temporary|temporarily|service (?:is )?(?:currently )?(?:unavailable|not available)|transaction failed
        database|\bldap\b|could not load|queue file|operating system|server error|software error
        unexpected (?:error|failure)
        program error|backend|out of memory|not (?:accepting|available) (?:right )?now|try again
        \bno mdb\b|temporary local problem|misconfigured
        """,
    ),
)
