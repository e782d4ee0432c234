"""Which tests run in `make test-slow`, and which start first."""

ALL = frozenset[str]()
"""Every test of a file."""

SLOW = {
    # Every spelling of another host in every place.
    "landing/polling/test_other_hosts.py": frozenset(
        {
            "test_every_spelling_in_every_place_sends_nothing_elsewhere",
            "test_no_link_in_an_answer_of_a_tool_leads_elsewhere",
        }
    ),
    # Simulations of histories and workspaces, and models fitted to them.
    "analysis/detect/clusters/test_growing_workspaces.py": ALL,
    "analysis/detect/grouping/test_atoms.py": frozenset(
        {
            "test_no_history_of_corrections_ends_with_a_broken_constraint_or_depends_on_its_order",
            "test_corrections_are_respected_in_every_recompute_threshold_and_mix_of_kinds",
        }
    ),
    "analysis/evaluation/test_grouping_report.py": ALL,
    "analysis/predict/prophet/test_batch.py": frozenset(
        {
            "test_flat_forecasts_are_those_of_stock_prophet",
            "test_linear_posteriors_are_never_worse_than_those_of_stock_prophet",
        }
    ),
    "analysis/predict/prophet/test_stock.py": frozenset(
        {
            "test_it_uses_no_random_numbers_logs_nothing_and_leaves_no_file",
            "test_nothing_of_a_fit_remains_while_the_process_goes_on",
        }
    ),
    "analysis/predict/recurrence/test_trained_model.py": frozenset(
        {"test_training_writes_the_same_bytes_in_another_process"}
    ),
    "analysis/predict/test_fix_effect.py": frozenset({"test_probabilities_after_fixes_are_calibrated"}),
    "analysis/test_bad_input.py": frozenset({"test_any_issues_are_grouped_the_same_in_any_order"}),
    "analysis/test_time_zones.py": frozenset(
        {"test_what_fails_at_a_local_hour_all_year_is_predicted_for_that_hour_and_weekday"}
    ),
    "demo/test_grouping.py": ALL,
    "stages/test_risk.py": frozenset(
        f"test_after_each_sync_the_risk_of_every_pattern_is_what_scoring_all_gives[{seed}]"
        for seed in range(1, 5)
    ),
    "storage/act/test_recommendations.py": frozenset(
        f"test_what_is_recommended_for_the_candidates_is_what_is_recommended_for_all_patterns[{seed}]"
        for seed in range(2, 8)
    ),
    "storage/predict/test_predictions.py": frozenset(
        f"test_what_is_due_is_what_a_look_at_each_pattern_and_window_tells[{seed}]" for seed in range(2, 6)
    ),
    # Whole programs: installations, commands, browsers, brokers, servers of others.
    "api/agents/test_other_clients.py": ALL,
    "api/http/test_generated_client.py": ALL,
    "browser/test_accessibility.py": ALL,
    "browser/test_actions.py": ALL,
    "browser/test_bar.py": ALL,
    "browser/test_cards.py": ALL,
    "browser/test_first_load.py": ALL,
    "browser/test_further_tasks.py": ALL,
    "browser/test_graph.py": ALL,
    "browser/test_hostile_texts.py": ALL,
    "browser/test_joining.py": ALL,
    "browser/test_layout_shift.py": ALL,
    "browser/test_page_state.py": ALL,
    "browser/test_print.py": ALL,
    "browser/test_seen_before.py": ALL,
    "browser/test_teams.py": ALL,
    "browser/test_undo.py": ALL,
    "browser/test_ways_in.py": ALL,
    "packages/test_dagster_example.py": ALL,
    "browser/test_session.py": ALL,
    "browser/test_slack.py": ALL,
    "browser/test_tasks.py": ALL,
    "cli/commands/test_analyze.py": frozenset(
        {
            "test_patterns_that_will_hardly_come_back_are_to_be_left_alone",
            "test_a_demo_workspace_can_be_exported_and_analyzed",
        }
    ),
    "cli/commands/test_evaluate.py": ALL,
    "cli/commands/test_shared_files.py": ALL,
    "deploy/test_celery.py": ALL,
    "deploy/test_pgbouncer.py": ALL,
    "deploy/test_replica.py": ALL,
    "landing/conformance/test_labels.py": ALL,
    "landing/polling/sql/test_mariadb.py": ALL,
    "manual/test_howtos.py": frozenset(
        {"test_the_marked_commands_of_the_howtos_run_in_the_order_of_the_pages"}
    ),
    "manual/test_site.py": frozenset(
        {
            "test_it_is_built_strictly_and_loads_nothing_from_other_hosts",
            "test_a_link_to_nowhere_fails_the_build",
        }
    ),
    "orchestration/instance/test_code_server.py": ALL,
    "orchestration/instance/test_dg.py": ALL,
    "orchestration/instance/test_fork_safety.py": frozenset(
        {
            "test_what_runs_are_forked_from_has_no_thread_of_dbt_polars_or_openmp_with_a_new_state_folder",
        }
    ),
    "orchestration/instance/test_quiet_logs.py": ALL,
    "orchestration/instance/test_second_code_location.py": ALL,
    "orchestration/instance/test_warm_modules.py": ALL,
    "test_state_folders.py": ALL,
    "test_up.py": ALL,
    "test_up_without_demo.py": ALL,
    "test_release.py": frozenset({"test_the_list_of_what_the_image_holds_has_each_package_with_its_hashes"}),
    "test_wheel.py": frozenset(
        {
            "test_the_installed_package_analyzes_a_file",
            "test_the_installed_package_reads_its_own_dbt_project_and_keeps_state_in_the_home",
            "test_the_installed_command_knows_where_its_dagster_configuration_is",
        }
    ),
    # Long faults and attacks.
    "api/test_cancellations.py": ALL,
    "api/test_differences.py": ALL,
    "api/test_repeated_keys.py": ALL,
    "api/sign_in/test_account_walks.py": frozenset(
        {
            "test_no_state_and_no_act_of_another_organization_opens_an_account",
            "test_no_two_acts_in_a_row_open_an_account",
        }
    ),
    "bench/test_chaos.py": ALL,
    "bench/test_overload.py": ALL,
    "storage/backup/test_backup.py": ALL,
    "storage/secrets/test_rotation.py": frozenset(
        {"test_a_kill_at_any_line_loses_no_secret_and_the_next_run_finishes"}
    ),
    "storage/database/test_migrate.py": frozenset(
        {"test_a_database_of_each_version_that_a_migration_leads_on_from_becomes_a_new_one"}
    ),
}
"""The slow tests of each file, by name; of a simulation some seeds, whose others stay in `make test`."""

FIRST = (
    "dbt_project/test_issue.py",
    "analysis/detect/test_continuity.py",
    "analysis/predict/test_risk.py",
    "orchestration/test_evidence.py",
    "connectors/test_payloads_as_issues.py",
    "storage/raw/test_conservation.py",
    "stages/test_files_landed.py",
    "dbt_project/test_firings.py",
    "orchestration/test_materializations.py",
    "orchestration/test_landing.py",
    "orchestration/test_boot.py",
    "orchestration/jobs/test_retention.py",
    "storage/raw/test_records.py",
    "dbt_project/test_sync_cost.py",
    "dbt_project/test_normalization.py",
    "api/access/test_permissions.py",
    "api/workspaces/test_workspace_erasure.py",
    "landing/conformance/test_rows.py",
    "orchestration/test_loop.py",
    "storage/database/test_migrate.py",
    "test_up.py",
    "test_up_without_demo.py",
    "bench/test_chaos.py",
    "deploy/test_celery.py",
    "browser/test_accessibility.py",
    "browser/test_actions.py",
    "test_wheel.py",
)
"""Started first: long ones, and those that serve or copy what earlier tests have left.

The second and the third need no database, which the process that runs the first one prepares meanwhile.
"""


def is_slow(file: str, *names: str) -> bool:
    """Whether a test (its file, its name with and without parameters) is left to `make test-slow`."""
    return file in SLOW and (SLOW[file] is ALL or not SLOW[file].isdisjoint(names))


def has_none_of(file: str, marks: str) -> bool:
    """Whether a file has no test of the marks that a target of the Makefile chooses: it need not be read."""
    if "not slow" in marks:
        return file in SLOW and SLOW[file] is ALL
    return marks == "slow" and file not in SLOW


def rank_file(file: str) -> int:
    """A file's rank in the order; most have none and come last."""
    return FIRST.index(file) if file in FIRST else len(FIRST)
