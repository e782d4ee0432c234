"""The playbook: for each kind of failure, what is usually done about it, in order, and how much work that is.

It comes after the evidence of the pattern itself, and adds what that does not say. {place} stands for where
the pattern happens, {error} for what it says, {line} for the line of code where it fails, {traces} for how
many traces end there, {held} for what held before. `merges` means that one change fixes all patterns of a
cluster that fail so; a bug in code is fixed one by one. `covered_by` names the evidence that
says what the first step would find out.
"""

from dataclasses import dataclass

from causeloop_pipeline.model.recommendation import Effort, RecommendationType

CODE = RecommendationType.CODE_FIX
CONFIG = RecommendationType.CONFIG_CHANGE
PROCESS = RecommendationType.PROCESS
MONITORING = RecommendationType.MONITORING
LOW, MEDIUM, HIGH = Effort.LOW, Effort.MEDIUM, Effort.HIGH


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do about one family of failures."""

    type: RecommendationType
    effort: Effort
    merges: bool
    title: str
    steps: tuple[str, ...]
    covered_by: str | None = None


CODE_LINE = "code_line"  # nothing names the failure, but its traces end in one line
WHAT_HELD = "what_held"  # nothing names the failure, but something kept it away before

PLAYBOOK: dict[str, Remedy] = {
  "timeout": Remedy(CONFIG, MEDIUM, True, "Bound and align the timeouts of {place}", (
    "Find the call that waits: compare each dependency's p99 latency with the timeout {place} sets for it.",
    "Set every timeout explicitly, each callee's shorter than its caller's: no caller may give up first.",
    "Retry only idempotent calls, at most twice, with jittered backoff, behind a circuit breaker.",
    "Fix the slowest query or dependency that this shows; for a query, with an index or a cache.",
    "Alert when p99 passes 80 % of the timeout, before calls fail.",
  )),
  "certificate_expiry": Remedy(CONFIG, LOW, True, "Renew certificates of {place} automatically", (
    "List every certificate that {place} serves or trusts, with its expiry date and its owner.",
    "Renew those with under 30 days left, and check that the full chain is served.",
    "Move renewal to an ACME client or the platform's certificate manager, with a reload after renewal.",
    "Alert at 30, 14 and 3 days before expiry from a probe that reads the served certificate.",
  )),
  "disk_full": Remedy(CONFIG, LOW, True, "Keep the disks of {place} from filling up", (
    "Find what grows on {place}: logs, temporary files, database segments or old images.",
    "Rotate and compress logs with a size limit; delete temporary files and old artefacts on a schedule.",
    "Move data that must grow to its own volume, and enlarge it to hold twice its monthly growth.",
    "Alert on the forecast time until full (under 3 days), not only on a percentage; watch inodes too.",
  )),
  "out_of_memory": Remedy(CODE, MEDIUM, True, "Stop {place} from running out of memory", (
    "Take a heap dump or profile at the next high-water mark of {place}; find the largest retained objects.",
    "Fix the leak or bound the structure: page large results, cap caches, stream files.",
    "Set the memory limit and the runtime's own heap limit together, leaving a quarter for the rest.",
    "Alert on steady growth after garbage collection, and record every out-of-memory kill with its release.",
  )),
  "connection_pool": Remedy(CONFIG, LOW, True, "Right-size the connection pools of {place}", (
    "Measure connections in use, waiting and idle in {place} at the time of the failures.",
    "Find connections that are never returned: open transactions, error paths without close, slow queries.",
    "Keep pool size × instances below the server's limit; set an acquire timeout and a maximum lifetime.",
    "Put a pooler in front of the database if instances scale further; alert at 80 % of the pool.",
  )),
  "schema_migration": Remedy(PROCESS, MEDIUM, True, "Make schema changes of {place} safe to roll out", (
    "Find the migration and release behind “{error}”: did old code meet the new schema, or the reverse?",
    "Split changes into expand, migrate, contract: each release works with the schema before and after it.",
    "Run migrations as their own step before the rollout, with a lock timeout, and stop when they fail.",
    "Test every migration in CI against a copy of the production schema, forwards and backwards.",
  )),
  "deadlock": Remedy(CODE, MEDIUM, False, "Remove the lock conflict in {place}", (
    "Read the lock report of the last failures: which transactions or threads hold what, and who waits?",
    "Take locks in one fixed order everywhere; keep transactions short and free of remote calls.",
    "Retry serialization failures as a whole transaction, a bounded number of times.",
    "Add a concurrent test that fails on today's code.",
  )),
  "rate_limit": Remedy(CONFIG, LOW, True, "Keep {place} within its rate limits", (
    "Count calls per minute from {place} by endpoint and caller, and compare them with the limit.",
    "Honour Retry-After, with jittered backoff and one shared budget for all workers.",
    "Batch, cache or spread the calls that use most; move bulk work off the busiest hours.",
    "Ask for a higher quota only with these figures; alert at 80 % of the quota.",
  )),
  "dns": Remedy(CONFIG, MEDIUM, True, "Make name resolution reliable for {place}", (
    "Record which names fail, against which resolver, from which hosts of {place}.",
    "Run a caching resolver on each node with at least two upstreams; check ndots and search domains.",
    "Use sensible TTLs, and connection reuse, so that a short outage of DNS is not an outage of {place}.",
    "Probe the critical names from every zone, and alert on failures and on slow answers.",
  )),
  "permission": Remedy(CONFIG, LOW, True, "Fix the permissions of {place} in code, not by hand", (
    "Look up the identity, the action and the resource of “{error}” in the audit log.",
    "Grant exactly that, in infrastructure code; find what removed it (expiry, rotation, drift, a release).",
    "Add a start-up check that tries each permission {place} needs and says which one is missing.",
    "Detect drift between code and reality nightly.",
  )),
  "authentication": Remedy(CONFIG, MEDIUM, True, "Refresh the credentials of {place} before they fail", (
    "Sort the failures: expired secret, clock skew, locked account, provider settings, wrong audience.",
    "Keep secrets in one store with an owner and an expiry date; rotate with an overlap of old and new.",
    "Refresh tokens before they expire, with a margin for clock skew; synchronize clocks.",
    "Alert on a rising share of refused sign-ins by client, and 14 days before any secret expires.",
  )),
  "third_party": Remedy(PROCESS, MEDIUM, True, "Keep {place} working when its provider does not", (
    "Identify the provider, and compare these failures with its published incidents.",
    "Put a circuit breaker with a fallback in front: a queue, a cache, a second provider, a degraded answer.",
    "Retry with backoff only what is safe to repeat, with idempotency keys.",
    "Hold the provider to its service level with these figures; agree whom to call, and what customers hear.",
  )),
  "network": Remedy(CONFIG, MEDIUM, True, "Harden the connections of {place}", (
    "Identify both ends, the port, and who closed it: refused (no listener), reset (idle, overload).",
    "Align keep-alive and idle timeouts of clients, balancers and servers; the client's is the shortest.",
    "Drain connections before an instance stops; reconnect with jittered backoff.",
    "Check links, firewalls and address tables on the path, and probe it from both sides.",
  )),
  "queue_backlog": Remedy(CONFIG, MEDIUM, True, "Keep the queues of {place} from backing up", (
    "Compare arrival and processing rates during the failures; look for poison messages that block a queue.",
    "Make consumers idempotent; set a retry limit and a dead-letter queue that somebody reads.",
    "Scale consumers on the age of the oldest message, with enough partitions for them.",
    "Alert on that age, at a threshold that the business agrees to.",
  )),
  "scheduled_job": Remedy(CODE, MEDIUM, False, "Make the jobs of {place} restartable and watched", (
    "Find the job behind “{error}”, and what it waits for at that hour: a lock, a file, another job.",
    "Make it idempotent and resumable, forbid overlapping runs, and bound its run time.",
    "Start it when its data has arrived, not at a fixed time; move it out of the busiest hour.",
    "Alert when it has not succeeded by its deadline, not only when it fails.",
  )),
  "flaky_test": Remedy(CODE, LOW, False, "Fix or quarantine the failing tests of {place}: “{error}”", (
    "Run them 50 times on one commit, alone and with their neighbours, to tell flaky from broken.",
    "Remove what varies: real clocks, sleeps, shared state, order, network, random data without a seed.",
    "Quarantine with an owner and a date what cannot be fixed this week; do not retry it silently.",
    "Track the share of failures by test, and fail the build when a quarantined test has outlived its date.",
  )),
  "build_pipeline": Remedy(CONFIG, LOW, False, "Repair the failing workflow of {place}: “{error}”", (
    "Sort the last ten failed runs by the step and the first line of error that ended them.",
    "Fix the step that ended most of them: pin and cache what it installs, or correct what it checks.",
    "Retry only the steps that use the network, a bounded number of times.",
    "Notify whoever made the change when it fails, and track the share of failed runs by step.",
  )),
  "bad_deploy": Remedy(PROCESS, MEDIUM, True, "Make releases of {place} safe to fail", (
    "Compare the failures with the releases of {place}, and find the changes that broke it.",
    "Roll out in stages with a health check that covers “{error}”, and roll back automatically.",
    "Add the missing test for each of those changes to the pipeline.",
    "Keep risky changes behind a flag, and changes of configuration in the same review and rollout as code.",
  ), covered_by="change"),
  "configuration": Remedy(CONFIG, LOW, True, "Check the configuration of {place} before it goes live", (
    "Find the setting behind “{error}”, who changed it last, and where else it is set.",
    "Validate all settings at start-up against a schema, and refuse to start, naming the key.",
    "Keep one source for each setting, in version control, with review.",
    "Compare environments nightly, and report differences that nobody declared.",
  )),
  "missing_resource": Remedy(CODE, LOW, False, "Make sure that {place} ships with all it needs", (
    "Find what is missing in “{error}” (a file, a package, a bucket, a route) and which release dropped it.",
    "Pin and package it with the artefact, or create it in the infrastructure code.",
    "Check at start-up that everything needed is there, and say what is not.",
    "Handle absence where it is a normal case: an empty result instead of a failure.",
  )),
  "null_reference": Remedy(CODE, LOW, False, "Handle the missing value in {place}", (
    "Find the missing value, and the input or state that leaves it out, in the issues listed above.",
    "Decide at the boundary: refuse the input with a clear message, or give a default that is right.",
    "Write the test with that input first, then the fix; look for the same access elsewhere in {place}.",
    "Turn on the strict null checks of compiler or linter for this module.",
  ), covered_by="code"),
  "data_quality": Remedy(CODE, MEDIUM, False, "Validate the incoming data of {place}", (
    "Collect the records behind “{error}”, and identify their source and the rule they break.",
    "Validate against a contract on arrival; quarantine bad records with the reason.",
    "Fix the source with its owner, and repair or replay what was quarantined.",
    "Watch the volume, freshness and share of nulls of that source, and alert on changes.",
  )),
  "capacity": Remedy(CONFIG, MEDIUM, True, "Give {place} the capacity its load needs", (
    "Plot load, saturation and failures of {place} on one timeline, and find what saturates first.",
    "Set requests and limits from measured use; scale out on the saturated resource, ahead of known peaks.",
    "Shed or queue load beyond capacity instead of slowing down for everybody.",
    "Load-test at twice the last peak, and alert at 70 % of what the test sustained.",
  )),
  "hardware": Remedy(PROCESS, HIGH, True, "Replace or retire the failing hardware of {place}", (
    "List the failures by device, model, age and rack, and find the few devices behind most of them.",
    "Drain and replace those, under warranty if it holds; check firmware, power and cooling of the others.",
    "Predict from corrected errors, SMART values and temperatures, and drain before failure.",
    "Keep spares for that model, and let work move off a failing node automatically.",
  )),
  "replication": Remedy(CONFIG, HIGH, True, "Make failover and replication of {place} reliable", (
    "Reconstruct one failure: who was primary, how far behind the replicas were, what clients saw.",
    "Find what makes replicas lag: long transactions, bulk writes, slow disks, a saturated link.",
    "Let clients reconnect to the new primary automatically; fence the old one.",
    "Rehearse failover every quarter, and alert on lag against the data loss that is allowed.",
  )),
  "process_crash": Remedy(CODE, MEDIUM, False, "Find and fix what crashes {place}", (
    "Keep the core dump, or the last log lines and exit code, of each crash by release.",
    "Find the most common last action before the crash, and reproduce it.",
    "Fix the cause; isolate the rest from it: supervised restart, bulkheads, bounded inputs.",
    "Alert on restarts per hour, not only on absence.",
  )),
  "cache": Remedy(CONFIG, MEDIUM, True, "Make the cache of {place} safe to lose", (
    "Compare hit rate, evictions and memory of the cache with the failures.",
    "Set limits and an eviction policy; spread expiry times; let one caller refill while the others wait.",
    "Version keys with the release, and invalidate on write where stale values hurt.",
    "Test that {place} survives a cold cache at peak load.",
  )),
  "human_request": Remedy(PROCESS, LOW, True, "Turn the recurring request to {place} into self-service", (
    "Group the requests by what people really wanted, and pick the two most common.",
    "Offer them as self-service with the checks that the desk makes today.",
    "Write the answer where people look first, and link it in the request form.",
    "Measure how many requests still arrive each week.",
  )),
  CODE_LINE: Remedy(CODE, LOW, False, "Fix {line} in {place}: {traces}", (
    "Write a test with the input of one of those traces first; it must fail as they do.",
    "Fix the cause where that input enters, and look for the same access elsewhere in {place}.",
    "If that input passes in the test, the state matters: log what reaches {line}, without secrets.",
  )),
  WHAT_HELD: Remedy(PROCESS, LOW, False, "Turn what worked into a lasting fix in {place}: {held}", (
    "Read the issues where this was done, and see what was different the time it lasted longest.",
    "Make it permanent: a change of configuration or code, or a scheduled task with an owner.",
    "Put it first in the runbook of {place}, as what to try when it fails.",
  )),
}  # fmt: skip
