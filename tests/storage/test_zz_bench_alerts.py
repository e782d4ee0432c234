"""Seed 10,000 patterns with 4 windows and 5 rules; time the alerts' stage parts."""
import time, sys
from datetime import UTC, datetime
import polars as pl
def test_bench(database, workspace_id):
    from causeloop_pipeline.analysis.alerts import CANDIDATES, RULES, STATES, evaluate_alerts
    from causeloop_pipeline.storage import alerts as a
    with database.workspace(workspace_id) as s:
        print(time.perf_counter(), file=sys.stderr, flush=True); s.execute("insert into detect.pattern (workspace_id, pattern_id, name, kind, status, confidence, issue_count, first_seen_at, last_seen_at) select %s, uuidv7(), 'p' || n, 'machine','active',0.9,3,now(),now() from generate_series(1,10000) n", (workspace_id,))
        print(time.perf_counter(), file=sys.stderr, flush=True); s.execute("insert into core.issue (workspace_id, issue_id, source, external_id, title, severity, status, service, team, source_created_at, source_updated_at, ingested_at) select %s, uuidv7(), 'custom_api', 'e'||n, 't','p2','open','s'||(n%%50),'t'||(n%%7),now(),now(),now() from generate_series(1,100000) n", (workspace_id,))
        print(time.perf_counter(), file=sys.stderr, flush=True); s.execute("with p as (select pattern_id, row_number() over () - 1 as k from detect.pattern), i as (select issue_id, row_number() over () as k from core.issue) insert into detect.pattern_member (workspace_id, issue_id, pattern_id, similarity, confidence, reason) select %s, i.issue_id, p.pattern_id, 1,1,'{}' from i join p on p.k = i.k %% 10000", (workspace_id,))
        for d in range(5):
            print(time.perf_counter(), file=sys.stderr, flush=True); s.execute("insert into predict.prediction (workspace_id, prediction_id, pattern_id, window_days, issued_at, closes_at, probability, impact, event_count, model_version) select %s, uuidv7(), pattern_id, w, now() - make_interval(days => %s), now(), random(), 'high', 5, 't' from detect.pattern cross join unnest(array[7,14,30,90]) w", (workspace_id, d))
        for w in (7,14,30,90,7):
            print(time.perf_counter(), file=sys.stderr, flush=True); s.execute("""insert into notify.alert_rule (workspace_id, name, probability_threshold, window_days, channels, created_by) values (%s,'r',0.9,%s,'[{"type":"webhook","url":"https://e.org"}]','t')""", (workspace_id, w))
    def stage():
        t=time.perf_counter(); c=time.process_time()
        with database.workspace(workspace_id) as s:
            now=datetime.now(UTC)
            rules=a.read_alert_rules(s,workspace_id,now,RULES)
            cand=a.read_alert_candidates(s,workspace_id,[7,14,30,90],CANDIDATES)
            t1=time.perf_counter(); print('cand', t1-t, file=sys.stderr, flush=True)
            known=a.read_alert_states(s,workspace_id,STATES)
            d=evaluate_alerts(rules,cand,known,sensitivity='medium')
            ch=d.select(STATES.names()).join(known,on=STATES.names(),how='anti')
            a.write_alert_states(s,workspace_id,ch,now)
            t2=time.perf_counter(); print('write', t2-t1, file=sys.stderr, flush=True)
            f=d.filter('fires'); n=0
            if f.height:
                x=a.describe_crossings(s,workspace_id,f.select('alert_rule_id','pattern_id','crossings'),{}, 'http://x')
                n=a.enqueue_crossings(s,workspace_id,x)
            t3=time.perf_counter()
        print(f"candidates {t1-t:.2f}s decide+write {t2-t1:.2f}s tell {t3-t2:.2f}s messages {n} cpu {time.process_time()-c:.2f}", file=sys.stderr)
    stage(); stage()
