"""Words that tell whether a text is about software and its machines, or about something else that failed.

One word names no domain: they are counted, and `family_decision.py` weighs them.
"""

import errno
import re

_SYSTEM_ERRORS = "|".join(sorted(errno.errorcode.values(), key=len, reverse=True))

_TECHNICAL = (
    r"\b[a-z]+(?:[A-Z][a-z0-9]+)+(?:Error|Exception)?\b",  # identifiers in camel case
    r"\b\w+(?:Error|Exception|Timeout)\b",
    r"\b[a-z]+(?:_[a-z0-9]+)+\b",
    r"(?:^|\s)/(?:[\w.-]+/)*[\w.-]+",
    r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[a-z]+(?:-[a-z0-9]+)*-\d+\b",
    r"\b(?:HTTP|exit code|error code|errno|Errno)\b ?[:=]?\s?\d*|\b[45]\d\d\b (?=[A-Z])",
    rf"\b(?:{_SYSTEM_ERRORS}|ENOTFOUND)\b|\b[A-Z]{{2,}}-\d{{3,}}\b",
    r"(?i)\b(?:api|server|servers|database|db|host|hosts|node|nodes|pods?|container|cluster|replica|backend"
    r"|endpoint|gateway|process|worker|cpu|heap|socket|tcp|tls|ssl|query|schema|json|xml|csv|payload|cron"
    r"|deploy\w*|rollout|release|build|branch|commit|main|namespace|queue|topic|cache|redis|kafka"
    r"|postgres\w*"
    r"|mysql|oracle|kubernetes|docker|service account|import|export|feed|parser|interface|vlan|bgp|dns|vpn"
    r"|router|switch|link|firewall|proxy|tunnel|filesystem|volume|bucket|disk|inodes?|runtime|thread|pool"
    r"|backup|batch|dag|job|workflow|pipeline|ci|test_\w+|token|saml|jwt|oauth|sso)\b",
)
_OTHER = (
    r"(?i)\b(?:patients?|nurses?|doctors?|wards?|blood|pumps?|infusion|surgery|theatre|medication|drugs?"
    r"|dos(?:e|ed|ing)|specimens?|samples?|triage|dialysis|defibrillator|x-ray|scan|sterili[sz]\w+)\b",
    r"(?i)\b(?:passengers?|drivers?|trains?|bus(?:es)?|vehicles?|trucks?|forklifts?|runway|baggage|boarding"
    r"|tyres?|track|signals?|junction|crossing|station|stations|trolley|trailers?)\b",
    r"(?i)\b(?:do[o]rs?|gates?|elevators?|lifts?|badges?|keys? for|water|heating|chillers?|boilers?|hvac|air"
    r"|lights?|lighting|rooms?|floors?|roof|kitchen|parking|barriers?|generators?|ups|irrigation|pipes?)\b",
    r"(?i)\b(?:printers?|labels?|receipts?|projectors?|scanners?|tills?|terminals?|kiosks?|coffee|freezers?"
    r"|fridges?|phones?|laptops?|cables?|cameras?|sensors?|meters?|batter(?:y|ies)|detectors?|set-top)\b",
    r"(?i)\b(?:customers?|guests?|visitors?|citizens?|subscribers?|cashiers?|vouchers?|refunds?|shelf|stock"
    r"|stores?|shops?|parcels?|pallets?|containers? (?:held|at)|aisle|dock|consignment|courier"
    r"|deliver\w+)\b",
    r"(?i)\b(?:students?|lecturers?|teachers?|exams?|mathematics|school|campus|library|books?|grades?"
    r"|candidates?|employees?|salar\w+|payslips?|pension|leave|overtime|contracts?|licen[cs]es?"
    r"|technicians?"
    r"|contractors?|approvers?|shift|holidays)\b",
    r"(?i)\b(?:invoices?|claims?|premiums?|loans?|insurance|notices?|letters?|mail|hearing|permits?|polling"
    r"|birth|residence|reviews?|policy|requests?|complaints?|certificates? of)\b",
    r"(?i)\b(?:machines?|press|robots?|motors?|conveyors?|turbines?|transformers?|hydraulic|bearing"
    r"|torque|paint"
    r"|batch \d+|parts|valves?|oil|feeders?|inverters?|antennas?|cells?|plants?|districts?|grid|peak demand"
    r"|bench|spindle|gearbox|fuel|coolant)\b",
    r"(?i)\b(?:attack|phishing|malware|suspected|suspicious|brute force|ddos|leaked|spam|tailgating"
    r"|escalation)\b",
    r"(?i)\b(?:self-test|emergency|stairwell|playground|theft|stadium|team|wedding|cleaning)\b",
)
_TECHNICAL_WORDS = tuple(re.compile(pattern) for pattern in _TECHNICAL)
_OTHER_WORDS = tuple(re.compile(pattern) for pattern in _OTHER)


def count_technical_words(text: str) -> int:
    """Count the different words that only software and its machines are described with.

    In: a text in its own spelling. Out: how many.
    """
    return _count_different(_TECHNICAL_WORDS, text)


def count_words_of_other_domains(text: str) -> int:
    """Count the different words of people, goods, buildings, vehicles and other equipment.

    In: a text in its own spelling. Out: how many.
    """
    return _count_different(_OTHER_WORDS, text)


def _count_different(patterns: tuple[re.Pattern[str], ...], text: str) -> int:
    return len({match.group(0).strip().lower() for pattern in patterns for match in pattern.finditer(text)})
