"""What people write when they state a cause, by kind of cause: regular expressions and how clear they are."""

SIGNS: dict[str, tuple[tuple[float, tuple[str, ...]], ...]] = {
    "configuration": (
        (4, (
            r"misconfigur\w*",
            r"configuration (?:error|issue|change|update|setting|problem|value|drift)s?",
        )),
        (4, (
            r"(?:incorrect|invalid|wrong|bad|missing|improper|"
            r"erroneous)(?:ly)? (?:\w+ ){0,2}(?:config\w*|setting\w*|parameter|endpoint|flag|rule|"
            r"polic\w*|entr\w*|record|value)",
        )),
        (3, (
            r"(?:new|recent) configuration", r"dns (?:record|entry|change)", r"access control list",
            r"routing (?:change|polic\w*)",
        )),
        (2, (
            r"config\w*", r"settings?\b",
        )),
    ),
    "bad_deploy": (
        (4, (
            r"(?:recent|new|latest|software|code|platform|faulty|bad|certain) (?:\w+ ){0,2}(?:deploy\w*|"
            r"update|upgrade|release|rollout|roll[- ]?out|patch|build|change|migration|maintenance)",
            r"an? (?:\w+ ){0,2}(?:deploy\w*|update|upgrade|release|rollout|roll[- ]?out|migration)",
            r"a (?:change|maintenance)\b",
        )),
        (3, (
            r"(?:after|following|during|introduced (?:in|by|during)|since) (?:\w+ ){0,4}(?:deploy\w*|"
            r"update|upgrade|release|rollout|roll[- ]?out|patch|build|change|migration|maintenance)",
        )),
        (2, (
            r"deploy\w*", r"\bupdates?\b", r"upgrade\w*", r"\brelease", r"code change", r"rolled? out",
        )),
    ),
    "defect": (
        (4, (
            r"software (?:bug|issue|defect|error|fault|failure)",
            r"code (?:bug|defect|error|issue|regression)",
        )),
        (4, (
            r"\bbugs?\b", r"\bdefects?\b", r"regression", r"race condition", r"deadlock", r"memory leak",
            r"unhandled", r"latent",
        )),
        (3, (
            r"inadvertent\w*", r"human error", r"out of sync", r"improper\w*", r"erroneous\w*",
            r"unintended", r"automation (?:\w+ )?error",
        )),
        (2, (
            r"incompatib\w*", r"exception", r"logic error", r"retry storm", r"infinite loop", r"null",
            r"incorrectly",
        )),
    ),
    "expired": (
        (4, (
            r"(?:certificate|secret|key|token|licen[cs]e)s? (?:\w+ ){0,3}(?:expir\w*|rotat\w*)",
            r"expired \w+",
        )),
    ),
    "hardware": (
        (4, (
            r"hardware (?:\w+ ){0,2}(?:fail\w*|fault\w*|error|issue|problem|malfunction)",
            r"failed hardware",
        )),
        (4, (
            r"(?:disk|drive|router|switch|line card|card|device|nic|server|rack|optic\w*|memory module|"
            r"controller)s? (?:\w+ ){0,2}(?:fail\w*|malfunction\w*|fault\w*|broke|died)",
        )),
        (4, (
            r"(?:failed|faulty|failing|defective|unhealthy|bad) (?:\w+ ){0,2}(?:disk|drive|router|"
            r"switch|card|device|nic|server|hardware|optic\w*|breaker)",
        )),
        (2, (
            r"\bhardware\b", r"physical (?:layer|device|host)",
        )),
    ),
    "power": (
        (5, (
            r"power (?:\w+ ){0,2}(?:outage|loss|fail\w*|event|sag|disturbance|maintenance|supply|"
            r"incident|issue|interruption)",
        )),
        (5, (
            r"(?:lost|loss of) power", r"utility (?:power|provider)", r"generator", r"\bups\b",
            r"cooling", r"\bfire\b", r"suppression", r"flood(?:ing|ed)\b",
        )),
        (4, (
            r"lightning", r"storm\b", r"hurricane", r"humidity", r"temperature", r"overheat\w*", r"hvac",
            r"chiller",
        )),
    ),
    "link": (
        (5, (
            r"fib(?:er|re)(?:[- ]optic)?(?: \w+){0,2} (?:cut|damage|issue|path|break)",
            r"fib(?:er|re)[- ]cut", r"cable (?:cut|damage)",
        )),
        (3, (
            r"network (?:device|hardware|infrastructure) (?:issue|event|fail\w*|problem)", r"packet loss",
            r"peering", r"backbone",
        )),
        (2, (
            r"\bfib(?:er|re)\b", r"\bcables?\b",
        )),
    ),
    "third_party": (
        (5, (
            r"(?:3rd|third)[- ]party", r"external (?:provider|vendor|dependency|partner|service)",
            r"(?:upstream|cellular|telecom\w*|internet service|cloud|dns|payment) (?:provider|carrier)",
            r"\bisp\b", r"vendor'?s?\b",
        )),
    ),
    "load": (
        (5, (
            r"(?:increase|increased|spike|surge|unexpected\w*|high|higher|unusual\w*|sudden|large|"
            r"excessive|peak|abnormal\w*) (?:\w+ ){0,5}(?:traffic|load|demand|requests?|volume|calls|"
            r"usage|workload|operations)",
        )),
        (4, (
            r"(?:traffic|load|request|usage|demand|cpu) (?:\w+ ){0,2}(?:spike|surge|increase|imbalance)",
            r"ddos", r"denial[- ]of[- ]service", r"overload\w*",
        )),
    ),
    "capacity": (
        (5, (
            r"(?:insufficient|lack of|limited|near|out of|reached|exceed\w*|exhaust\w*|low on|"
            r"ran out of|operational) (?:\w+ ){0,4}(?:capacity|resources?|memory|cpu|threshold|limits?|"
            r"quota|space|ports|connections)",
        )),
        (4, (
            r"(?:capacity|resource|memory|cpu|thread|port|connection)s? (?:\w+ ){0,2}(?:limit\w*|"
            r"exhaust\w*|constraint\w*|shortage|pressure|contention)",
        )),
        (3, (
            r"(?:high|increased) (?:cpu|memory|resource)",
            r"(?:cpu|memory|resource) (?:utili[sz]ation|usage|consumption)", r"at capacity",
            r"under-?provision\w*",
        )),
    ),
}  # fmt: skip
