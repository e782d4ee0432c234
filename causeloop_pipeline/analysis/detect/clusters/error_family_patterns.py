"""The words that engineers and machines use for each kind of failure, as reviewed data.

Per family: how clear the words are, and the words as a regular expression over lower-case text.
Alternatives are plain words without nested repetition, so that matching stays linear.
"""

STRONG, PLAIN, WEAK = 3.0, 2.0, 1.0

FAMILY_SIGNS: dict[str, tuple[tuple[float, str], ...]] = {
    "certificate_expiry": (
        (STRONG, r"cert(?:ificate)?s? (?:has |have |is |are |was )?(?:been )?expir\w*|cert(?:ificate)? expiry"
            r"|x509\w*"),
        (PLAIN, r"(?:tls|ssl) (?:handshake|cert\w*)|certificateexpired\w*|sslhandshakeexception"
            r"|certificate verify"),
        (WEAK, r"\bcertificates?\b|ssl\w*error|sslexception"),
    ),
    "disk_full": (
        (STRONG, r"no space left|disk (?:is )?full|filesystem (?:is )?full|enospc|out of disk|disk quota"
            r"|volume full"),
        (PLAIN, r"disk (?:space|usage)|low disk|inodes?\b|disk pressure|storage full"),
    ),
    "out_of_memory": (
        (STRONG, r"out ?of ?memory\w*|oom[- ]?kill\w*|oomkilled|cannot allocate memory|java heap space"
            r"|heap out of memory"),
        (PLAIN, r"memory (?:leak|pressure|limit)|gc overhead|memoryerror|heap (?:size|exhaust\w*)|\boom\b"
            r"|exit code 137"),
    ),
    "connection_pool": (
        (STRONG, r"(?:connection )?pool (?:is )?(?:exhaust\w*|timeout|full|limit\w*)|too many (?:connections"
            r"|clients)"),
        (PLAIN, r"connection pool|max_?connections|remaining connection slots|hikari\w*|queuepool|pool size"),
    ),
    "schema_migration": (
        (STRONG, r"(?:column|relation|table) \S+ (?:does not exist|not found)|unknown column"
            r"|no such (?:column"
            r"|table)"),
        (PLAIN, r"migration\w*|schema (?:change|mismatch|drift)|undefinedcolumn|undefinedtable|alembic|flyway"
            r"|liquibase"),
    ),
    "deadlock": (
        (STRONG, r"deadlock\w*|lock wait timeout|could not serialize access|serialization failure"),
        (PLAIN, r"lock (?:contention|timeout)|race condition|concurrentmodification\w*|concurrent map"
            r"|optimisticlock\w*"),
    ),
    "rate_limit": (
        (STRONG, r"rate[- ]?limit\w*|too many requests|throttl\w*|quota exceeded"),
        (PLAIN, r"(?:http|status|code|error)[ :=]*429\b|request limit|api limit"),
    ),
    "dns": (
        (STRONG, r"\bdns\b|name resolution|getaddrinfo|enotfound|unknownhost\w*|no such host"
            r"|nxdomain|servfail"),
        (PLAIN, r"could not resolve|name or service not known|resolve host"),
    ),
    "permission": (
        (STRONG, r"permission denied|access ?denied\w*|not authorized to perform|insufficient privileges?"
            r"|eacces"),
        (PLAIN, r"forbidden|(?:http|status|code|error)[ :=]*403\b|accesscontrol\w*|unauthorizedaccess\w*"
            r"|read-only file"),
    ),
    "authentication": (
        (STRONG, r"authentication (?:fail\w*|error)|invalid (?:credentials?|token|password|api key)"
            r"|token (?:has )?expired"),
        (STRONG, r"login fail\w*|failed (?:login|password)|password (?:has )?expired|(?:invalid"
            r"|expired) session"),
        (PLAIN, r"unauthori[sz]ed|unauthenticated|(?:http|status|code|error)[ :=]*401\b"
            r"|account locked|\bmfa\b"
            r"|\bsso\b|\bjwt\b|\bsaml\b"),
    ),
    "timeout": (
        (STRONG, r"tim(?:ed|e|ing)[- ]?out\w*|deadline exceeded|etimedout|\w*timeout(?:exception|error)\w*"),
        (PLAIN, r"slow (?:query|response|request)\w*|high latency|latency|(?:http|status|code"
            r"|error)[ :=]*504\b|unresponsive"),
    ),
    "third_party": (
        (STRONG, r"(?:third[- ]party|upstream|vendor|provider|external) (?:\w+ )?(?:outage|error|fail\w*"
            r"|unavailable|down)"),
        (PLAIN, r"bad gateway|(?:http|status|code|error)[ :=]*50[23]\b|service unavailable"
            r"|upstream (?:connect"
            r"|prematurely|server)"),
        (WEAK, r"stripe|twilio|sendgrid|webhook delivery|payment provider"),
    ),
    "network": (
        (STRONG, r"connection (?:refused|reset|closed|lost|aborted)|econn\w+|broken pipe|no route to host"
            r"|network unreachable"),
        (PLAIN, r"packet loss|network (?:error|failure|outage|partition|connectivity)|connect(?:ion)? fail\w*"
            r"|socket\w*|vpn|\bbgp\b|switch port|link down|connectexception"),
        (WEAK, r"\bnetwork\b|connectivity|\bwi-?fi\b"),
    ),
    "queue_backlog": (
        (STRONG, r"consumer lag|queue (?:is )?(?:full|backlog|depth|length)|backlog\w*|dead[- ]?letter\w*"
            r"|messages? (?:piling|stuck)"),
        (PLAIN, r"kafka|rabbitmq|\bsqs\b|celery|sidekiq|rebalanc\w*|backpressure|job queue|message queue"),
    ),
    "scheduled_job": (
        (STRONG, r"cron(?:job)?\b\w*|nightly (?:job|batch|build|run|load|import|export)\w*|scheduled (?:job"
            r"|task)|batch (?:job|run|load)\w*"),
        (PLAIN, r"\bdag\b|airflow|backup (?:job )?fail\w*|etl (?:job)?|job (?:fail\w*|did not finish|overran)"
            r"|backups?\b"),
    ),
    "flaky_test": (
        (STRONG, r"flak(?:y|iness)|intermittent(?:ly)? (?:test )?fail\w*|test (?:failed|failure|timeout)\w*"
            r"|tests? fail\w*"),
        (PLAIN, r"junit|pytest|unit test|integration tests?|e2e"
            r"|workflow run fail\w*|build fail\w*|ci (?:job )?fail\w*"),
    ),
    "bad_deploy": (
        (STRONG, r"(?:after|since) (?:the )?(?:deploy\w*|release|rollout|upgrade)"
            r"|failed (?:deploy\w*|rollout)"
            r"|roll(?:ed)?[- ]?back|crashloop\w*"),
        (PLAIN, r"deploy(?:ment|ed|s)? (?:failed|error|broke\w*)|bad (?:deploy|release)|regression"
            r"|imagepull\w*|image pull|readiness probe"),
    ),
    "configuration": (
        (STRONG, r"misconfigur\w*|(?:invalid|missing|wrong|bad) (?:config\w*|setting|environment variable"
            r"|env var|property)|config\w* (?:error|invalid|missing)"),
        (PLAIN, r"configurationexception|improperlyconfigured|environment variable|feature flag"
            r"|could not load config\w*|yaml|unknown option"),
    ),
    "missing_resource": (
        (STRONG, r"no such file|file ?not ?found\w*|nosuchkey|modulenotfound\w*|classnotfound\w*"
            r"|noclassdeffound\w*|no module named"),
        (PLAIN, r"importerror|nosuchmethod\w*|(?:http|status|code|error)[ :=]*404\b|not found|missing (?:file"
            r"|dependency|library|module)"),
    ),
    "null_reference": (
        (STRONG, r"null ?pointer\w*|null ?reference\w*|nil pointer|nonetype|of (?:undefined|null)|for nil"
            r"|undefined is not"),
        (PLAIN, r"(?:is|was) (?:null|undefined|none)\b|attributeerror|nomethoderror|unwrap\w* (?:on"
            r"|a) (?:a )?none|segmentation fault|segfault|sigsegv"),
    ),
    "data_quality": (
        (STRONG, r"(?:invalid|malformed|corrupt\w*|duplicate|missing|stale) (?:data|record|row|field|value"
            r"|input|json|payload|key)s?"),
        (PLAIN, r"(?:parse|parsing|decode|decoding|deserializ\w*|serializ\w*|validation|schema validation"
            r"|unicode\w*) ?(?:error|fail\w*|exception)"),
        (PLAIN, r"unique constraint|duplicate key|integrityerror|constraint violation|jsondecodeerror"
            r"|numberformatexception|valueerror|data quality|checksum|null values?|keyerror"),
    ),
    "capacity": (
        (STRONG, r"high (?:cpu|load|memory usage|utili[sz]ation)|cpu (?:usage|saturat\w*|throttl\w*|load)"
            r"|overload\w*|at capacity|out of capacity"),
        (PLAIN, r"capacity|insufficient (?:cpu|resources|capacity)|failedscheduling|autoscal\w*|load average"
            r"|too many open files|traffic (?:spike|surge)|evicted"),
    ),
    "hardware": (
        (STRONG, r"hardware (?:fail\w*|fault|error)|(?:disk|drive|memory|dimm|fan|psu|power supply|gpu|cpu"
            r"|node board|raid) (?:fail\w*|fault|error|dead)"),
        (PLAIN, r"\becc\b|\bsmart error|machine check|\bmce\b|parity error|uncorrectable|hardware|node down"
            r"|node fail\w*|power (?:outage|loss|failure)|overheat\w*|temperature|\bdimm\b|sensor fault"),
        (WEAK, r"printer|laptop|monitor\b|keyboard|cable"),
    ),
    "replication": (
        (STRONG, r"replica(?:tion)? (?:lag|delay|fail\w*|broken|stopped)|failover|split[- ]?brain"
            r"|leader election|primary (?:is )?(?:down|unavailable)"),
        (PLAIN, r"replica(?:s|tion)?\b|standby|read-only transaction|not master|notprimary|quorum"),
    ),
    "process_crash": (
        (STRONG, r"(?:process|service|server|container|pod|daemon|worker|application"
            r"|app) (?:has )?(?:crash\w*"
            r"|died|exited|terminated|restarted|is down|stopped)"),
        (PLAIN, r"crash\w*|core dump\w*|panic\w*|fatal error|kernel panic|restart(?:ed|ing|s)? (?:loop"
            r"|unexpected\w*)|hung|hangs?\b|freez\w*"),
    ),
    "cache": (
        (STRONG, r"cache (?:miss (?:storm|rate)|stampede|invalidation|evict\w*|poison\w*|stale)|stale cache"),
        (PLAIN, r"\bcach(?:e|ed|ing)\b|redis|memcache\w*"),
    ),
    "human_request": (
        (STRONG, r"password reset|reset (?:my |the )?password|access request|request(?:ing|ed)? access"
            r"|new (?:user|account|starter)"),
        (PLAIN, r"how (?:do|to|can) i?|please (?:add|create|remove|grant|install)|account unlock\w*"
            r"|onboarding"),
    ),
}  # fmt: skip
