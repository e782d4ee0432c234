"""The words that engineers and machines use for each kind of failure, as reviewed data.

Per family: how clear the words are, and the words as a regular expression over lower-case text.
Alternatives are plain words without nested repetition, so that matching stays linear.
"""

EXACT, STRONG, PLAIN, WEAK = 4.0, 3.0, 2.0, 1.0

FAMILY_SIGNS: dict[str, tuple[tuple[float, str], ...]] = {
    "certificate_expiry": (
        (EXACT, r"certificate (?:\S+ ){0,3}(?:expired|expires in)|certificate (?:has |is )?expired"
            r"|x509\w*|cert(?:ificate)? expiry"),
        (STRONG, r"cert(?:ificate)?s? (?:has |have |is |are |was )?(?:been )?expir\w*"
            r"|cert(?:ificate)? expiry"
            r"|x509\w*"),
        (PLAIN, r"(?:tls|ssl) (?:handshake|cert\w*)|certificateexpired\w*|sslhandshakeexception"
            r"|certificate verify"),
        (WEAK, r"\bcertificates?\b|ssl\w*error|sslexception"),
    ),
    "disk_full": (
        (EXACT, r"no space left|enospc|inodes? exhausted|filesystem is full"
            r"|(?:disks?|filesystem|volume|partition) (?:(?:of|on) )?\S+ (?:is |was )?full"
            r"|disk usage (?:is )?(?:at |above )?\d+ ?%|disk full|disk pressure|disk quota exceeded"),
        (STRONG, r"no space left|disk (?:is )?full|filesystem (?:is )?full|enospc|out of disk|disk quota"
            r"|volume full|inodes? exhausted"),
        (PLAIN, r"disk (?:space|usage)|low disk|inodes?\b|disk pressure|storage full"),
    ),
    "out_of_memory": (
        (EXACT, r"out ?of ?memory(?:error)?|oomkilled|java heap space|exit code 137"),
        (STRONG, r"out ?of ?memory\w*|oom[- ]?kill\w*|oomkilled|cannot allocate memory|java heap space"
            r"|heap out of memory"),
        (PLAIN, r"memory (?:leak|pressure|limit)|gc overhead|memoryerror|heap (?:size|exhaust\w*)|\boom\b"
            r"|exit code 137"),
    ),
    "connection_pool": (
        (EXACT, r"too many connections|remaining connection slots|pool (?:is )?exhausted|hikaripool\S*"
            r"|queuepool limit"),
        (STRONG, r"(?:connection )?pool (?:is )?(?:exhaust\w*|timeout|full|limit\w*)"
            r"|too many (?:connections"
            r"|clients)|hikari\w*|queuepool|remaining connection slots"),
        (PLAIN, r"connection pool|max_?connections|pool size"),
    ),
    "schema_migration": (
        (EXACT, r"column \S+ does not exist|relation \S+ (?:does not|already) exists?"
            r"|migration \d+ failed|unknown column"),
        (STRONG, r"(?:column|relation|table) \S+ (?:does not exist|not found)|unknown column"
            r"|no such (?:column"
            r"|table)"),
        (PLAIN, r"migration\w*|schema (?:change|mismatch|drift)|undefinedcolumn|undefinedtable|alembic"
            r"|flyway"
            r"|liquibase"),
    ),
    "deadlock": (
        (EXACT, r"deadlock detected|lock wait timeout|could not serialize access"
            r"|(?:holds?|holding|held|waits? for|waiting for|blocked by) (?:a |an |the )?(?:\w+ )?locks? on"
            r"|concurrentmodificationexception|optimistic lock failure"),
        (STRONG, r"deadlock\w*|lock wait timeout|could not serialize access|serialization failure"),
        (PLAIN, r"lock (?:contention|timeout)|race condition|concurrentmodification\w*|concurrent map"
            r"|optimisticlock\w*"),
    ),
    "rate_limit": (
        (EXACT, r"too many requests|throttlingexception|http 429|(?:rate limit|quota) exceeded"),
        (STRONG, r"rate[- ]?limit\w*|too many requests|throttl\w*|quota exceeded"),
        (PLAIN, r"(?:http|status|code|error)[ :=]*429\b|request limit|api limit"),
    ),
    "dns": (
        (EXACT, r"getaddrinfo|enotfound|nxdomain|servfail|could not resolve"),
        (STRONG, r"\bdns\b|name resolution|getaddrinfo|enotfound|unknownhost\w*|no such host"
            r"|nxdomain|servfail"),
        (PLAIN, r"could not resolve|name or service not known|resolve host"),
    ),
    "permission": (
        (EXACT, r"permission denied|not authorized to perform|insufficient privileges?|eacces"),
        (STRONG, r"permission denied|access ?denied\w*|not authorized to perform|insufficient privileges?"
            r"|eacces"),
        (PLAIN, r"forbidden|(?:http|status|code|error)[ :=]*403\b|accesscontrol\w*|unauthorizedaccess\w*"
            r"|read-only file"),
    ),
    "authentication": (
        (EXACT, r"token (?:for \S+ |has ){0,2}expired|invalid credentials|authentication failed"
            r"|invalid token"),
        (STRONG, r"authentication (?:fail\w*|error)|invalid (?:credentials?|token|password|api key)"
            r"|token (?:has )?expired"),
        (STRONG, r"login fail\w*|failed (?:login|password)|password (?:has )?expired|(?:invalid"
            r"|expired) session"),
        (PLAIN, r"unauthori[sz]ed|unauthenticated|(?:http|status|code|error)[ :=]*401\b"
            r"|account locked|\bmfa\b"
            r"|\bsso\b|\bjwt\b|\bsaml\b"),
    ),
    "timeout": (
        (EXACT, r"timed out (?:after|talking|calling)|(?:read|write|connect|request|query) timed out"
            r"|deadline exceeded|etimedout"
            r"|time-?outs? (?:after|to) |timeout after \d+"),
        (STRONG, r"tim(?:ed|e|ing)[- ]?out\w*|deadline exceeded|etimedout|\w*timeout(?:exception"
            r"|error)\w*"),
        (STRONG, r"(?:read|write|query|response|request) latency|p9[59]\d*"),
        (PLAIN, r"slow (?:query|response|request)\w*|high latency|latency|(?:http|status|code"
            r"|error)[ :=]*504\b|unresponsive"),
    ),
    "third_party": (
        (EXACT, r"(?:provider|vendor|upstream) (?:\w\S* )?outage"
            r"|50[23] (?:service unavailable|bad gateway)|(?:provider|vendor) (?:is )?unavailable"),
        (STRONG, r"(?:third[- ]party|upstream|vendor|provider|external) (?:\w+ )?(?:outage|error|fail\w*"
            r"|unavailable|down)"),
        (PLAIN, r"bad gateway|(?:http|status|code|error)[ :=]*50[23]\b|service unavailable"
            r"|upstream (?:connect"
            r"|prematurely|server)"),
        (WEAK, r"stripe|twilio|sendgrid|webhook delivery|payment provider"),
    ),
    "network": (
        (EXACT, r"connection (?:(?:to|from|by|with) \S+ )?(?:was )?(?:refused|reset)|econn\w+"
            r"|no route to host|packet loss|link down|bgp (?:session|neighbou?r)"),
        (STRONG, r"connection (?:refused|reset|closed|lost|aborted)|econn\w+|broken pipe|no route to host"
            r"|network unreachable"),
        (PLAIN, r"packet loss|network (?:error|failure|outage|partition|connectivity)"
            r"|connect(?:ion)? fail\w*"
            r"|socket\w*|\bbgp\b|switch port|link down|tunnel (?:\S+ ){0,4}down|connectexception"),
        (WEAK, r"\bnetwork\b|connectivity|\bwi-?fi\b|vpn"),
    ),
    "queue_backlog": (
        (EXACT, r"consumer (?:group )?(?:\S+ )?lag|queue depth|dead[- ]letter queue|queue (?:length"
            r"|backlog) above \d"),
        (STRONG, r"consumer lag|queue (?:is )?(?:full|backlog|depth|length)|dead[- ]?letter\w*"
            r"|messages? (?:piling|stuck)"),
        (PLAIN, r"backlog\w*|kafka|rabbitmq|\bsqs\b|celery|sidekiq|rebalanc\w*|backpressure|job queue"
            r"|message queue"),
    ),
    "scheduled_job": (
        (EXACT, r""
            r"(?:nightly|cron|batch|backup) (?:job|batch|load)\w*(?: \S+){0,3} (?:failed|did not finish"
            r"|still running|missed its|overran)"
            r"|cron has not run"),
        (STRONG, r"cron(?:job)?\b\w*|nightly (?:job|batch|build|run|load|import|export)\w*|scheduled (?:job"
            r"|task)|batch (?:job|run|load)\w*|backup (?:job )?(?:\S+ ){0,3}(?:fail\w*|missed)"
            r"|cron has not run"),
        (PLAIN, r"\bdag\b|airflow|etl (?:job)?|job (?:fail\w*|did not finish|overran)"),
        (WEAK, r"backups?\b"),
    ),
    "flaky_test": (
        (EXACT, r"flaky test|test[a-z]\w* (?:is |are )?(?:flaky|fail\w* (?:rarely|intermittently|sometimes"
            r"|occasionally|randomly|sporadically))"
            r"|(?:integration|e2e|end-to-end|unit)[- ]tests?(?: failed|:)|visual-regression"),
        (STRONG, r"flak(?:y|iness)|intermittent(?:ly)? test fail\w*|pytest|junit|test_\w+ (?:failed"
            r"|timed out)"
            r"|(?:unit|integration|e2e|end[- ]to[- ]end|regression|smoke|acceptance|snapshot)[- ]tests?\b"
            r"|visual[- ]regression"),
        (PLAIN, r"tests? (?:failed|failure|timeout)\w*|tests? fail\w*|e2e"),
    ),
    "build_pipeline": (
        (EXACT, r"workflow run fail\w*|build failed|ci job failed"),
        (STRONG, r"build (?:failed|failure|broke\w*)|ci (?:job|build|pipeline|run) fail\w*|docker build"
            r"|npm err"
            r"|compilation (?:failed|error)"),
        (PLAIN, r"(?:workflow|pipeline) run fail\w*"),
    ),
    "bad_deploy": (
        (EXACT, r"rolled back|(?:after|since) (?:the )?(?:deploy\w*|release|rollout) of"
            r"|imagepullbackoff"),
        (STRONG, r"(?:after|since) (?:the )?(?:deploy\w*|release|rollout|upgrade)"
            r"|failed (?:deploy\w*|rollout)|regression (?:\S+ ){0,4}(?:deploy\w*|release)"
            r"|roll(?:ed)?[- ]?back"),
        (PLAIN, r"deploy(?:ment|ed|s)? (?:failed|error|broke\w*)|bad (?:deploy|release)"
            r"|imagepull\w*|image pull|readiness probe"),
    ),
    "configuration": (
        (EXACT, r"misconfigur\w*|invalid configuration|missing environment variable"),
        (STRONG, r"misconfigur\w*|(?:invalid|missing|wrong|bad) (?:config\w*|setting|environment variable"
            r"|env var|property)|config\w* (?:error|invalid|missing)"),
        (PLAIN, r"configurationexception|improperlyconfigured|environment variable|feature flag"
            r"|could not load config\w*|yaml|unknown option"),
    ),
    "missing_resource": (
        (EXACT, r"no such file or directory|modulenotfounderror|importerror|nosuchkey|filenotfounderror"
            r"|classnotfound\w*"),
        (STRONG, r"no such file|file ?not ?found\w*|nosuchkey|modulenotfound\w*|classnotfound\w*"
            r"|noclassdeffound\w*|no module named"),
        (PLAIN, r"importerror|nosuchmethod\w*|(?:http|status|code|error)[ :=]*404\b|file not found"
            r"|missing (?:file"
            r"|dependency|library|module)"),
        (WEAK, r"not found"),
    ),
    "null_reference": (
        (EXACT, r"nullpointerexception|nil pointer dereference|cannot read propert\w+|nonetype"),
        (STRONG, r"null ?pointer\w*|null ?reference\w*|nil pointer|nonetype|of (?:undefined|null)|for nil"
            r"|undefined is not"),
        (PLAIN, r"(?:is|was) (?:null|undefined|none)\b|attributeerror|nomethoderror|unwrap\w* (?:on"
            r"|a) (?:a )?none"),
    ),
    "data_quality": (
        (EXACT, r"unexpected column count|malformed (?:\w+ )?(?:record|json|file|xml|row)|file malformed"
            r"|xmlsyntaxerror"
            r"|unicodedecodeerror|duplicate key|parse error|invalid (?:json|xml) payload"
            r"|rejected: missing (?:field|record)"),
        (STRONG, r"(?:invalid|malformed|corrupt\w*|duplicate|missing|stale) (?:\w+ )?(?:data|record|row"
            r"|field|value"
            r"|input|json|xml|payload|key|file)s?|\w+ file malformed|xmlsyntax\w*"),
        (PLAIN, r"(?:parse|parsing|decode|decoding|deserializ\w*|serializ\w*|validation|schema validation"
            r"|unicode\w*) ?(?:error|fail\w*|exception)"),
        (PLAIN, r"unique constraint|duplicate key|integrityerror|constraint violation|jsondecodeerror"
            r"|numberformatexception|valueerror|data quality|checksum|null values?|keyerror"),
    ),
    "capacity": (
        (EXACT, r"insufficient cpu|too many open files|(?:high )?cpu usage|failedscheduling"
            r"|load average"),
        (STRONG, r"high (?:cpu|load|memory usage|utili[sz]ation)|cpu (?:usage|saturat\w*|throttl\w*|load)"
            r"|overload\w*|at capacity|out of capacity"),
        (PLAIN, r"insufficient (?:cpu|resources|capacity)|failedscheduling|autoscal\w*|load average"
            r"|too many open files|traffic (?:spike|surge)"),
        (WEAK, r"capacity"),
    ),
    "hardware": (
        (EXACT, r"machine check|uncorrectable|smart error|hardware (?:fault|error)|raid degraded"
            r"|(?:psu|dimm) failure"
            # a part, and nothing else: what node logs state as the cause
            r"|(?m:^(?:\w+ )?(?:dimms?|disk drive|power supply|(?:system|node|mother) ?board|backplane"
            r"|(?:fibre channel|scsi|san|raid|pci) (?:\w+ )?(?:adapter|controller|board)"
            r"|ethernet (?:switch|board))\W*$)"),
        (STRONG, r"hardware (?:fail\w*|fault|error)|(?:disk|drive|memory|dimm|fan|psu|power supply|gpu|cpu"
            r"|node board|raid) (?:fail\w*|fault|error|dead)"),
        (STRONG, r"\bsmart error|machine check|uncorrectable|(?:drive|disk) fault|raid degraded"),
        (PLAIN, r"\becc\b|\bmce\b|parity error|hardware|node down|node fail\w*|overheat\w*|\bdimm\b"),
        (WEAK, r"power (?:outage|loss|failure)|temperature|sensor fault"),
    ),
    "replication": (
        (EXACT, r"replication lag|replication stopped|split[- ]?brain"),
        (STRONG, r"replica(?:tion)? (?:lag|delay|fail\w*|broken|stopped)|failover|split[- ]?brain"
            r"|leader election|primary (?:is )?(?:down|unavailable)"),
        (PLAIN, r"replica(?:s|tion)?\b|standby|read-only transaction|not master|notprimary|quorum"),
    ),
    "process_crash": (
        (EXACT, r"crashloopbackoff|segmentation fault|kernel panic|core dumped"
            r"|(?:process|daemon|server|service|sensor) crashed"),
        (STRONG, r"(?:process|service|server|container|pod|daemon|worker|application"
            r"|app) (?:has )?(?:crash\w*"
            r"|died|exited|terminated|restarted|is down|stopped)"),
        (STRONG, r"crashloop\w*|segmentation fault|segfault|sigsegv|core dump\w*|kernel panic"),
        (PLAIN, r"crash\w*|panic\w*|fatal error|restart(?:ed|ing|s)? (?:loop|unexpected\w*)"),
        (WEAK, r"hung|hangs?\b|freez\w*"),
    ),
    "cache": (
        (EXACT, r"cache miss storm|stale cache|cache hit rate|cache stampede"),
        (STRONG, r"cache (?:miss (?:storm|rate)|stampede|invalidation|evict\w*|poison\w*|stale)"
            r"|stale cache"),
        (PLAIN, r"\bcach(?:e|ed|ing)\b|redis|memcache\w*"),
    ),
    "human_request": (
        (EXACT, r"please (?:\w+ )?(?:reset|unlock|grant|install)|access request for|new account request"
            r"|password reset (?:\S+ ){0,3}(?:needed|requested)|how do i "),
        (STRONG, r"please (?:\w+ )?(?:reset|unlock|add|create|remove|grant|install)"
            r"|reset my (?:\w+ )?password"
            r"|password reset (?:\S+ ){0,3}(?:needed|request\w*)|access request for|request(?:ing"
            r"|ed)? access"
            r"|new (?:user|account) (?:request|for)|how (?:do|can) i\b"),
        (PLAIN, r"account unlock\w*|access request"),
    ),
}  # fmt: skip
