"""The names that columns of exports usually have, in seven languages: lower case, without accents."""

from collections.abc import Mapping

from causeloop_pipeline.model.column_fields import COLUMN_FIELDS
from causeloop_pipeline.model.field_names import CAUSES
from causeloop_pipeline.model.vendor_words import parse_word_lists

ENGLISH_NAMES = parse_word_lists("""
id: external_id id key number issue_key issue_id incident_id ticket_id event_id incident_number
    ticket_number case_number ticket uuid sys_id case_id bug_id alert_id task_id public_id monitor_id
    problem_id alarm_id request_number
title: title summary short_description short_desc subject headline message msg display_message error_message
    alert_name event_name issue_title incident_title ticket_subject ticket_name error_desc error_description
    alert_signature
    issue_text event name alert problem log text content entity_display_name status_information raw rule
    rule_name alertname monitor_name job_name dag_id workflow_name
body: body description details long_description body_text detail comments notes work_notes
    ticket_description narrative stack_trace stacktrace traceback stack exc_info backtrace
severity: severity bug_severity priority urgency sev prio severity_level priority_name level log_level
    criticality importance incident_severity severity_name issue_severity error_severity impact
    levelname level_name loglevel log_level lvl severity_text
status: status bug_status state issue_status incident_state ticket_status last_status stage_name
service: service service_name business_service application app system product configuration_item
    cmdb_ci affected_ci ci ci_name affected_service impacted_service syslog_identifier program programname
    app_name appname ident
    repository repo product_name project project_key provider node host hostname line area_path
component: component components component_s subcomponent module subsystem affected_component component_name
    enclosure device asset station category u_component filename file_name file_path location_path pkg_name
    package package_name file
error_type: error_type error_code exception exception_type exception_class error_class rule_id test_id
    check_id code error failure_type cause_detail cause failure_code cwes event_type check_name
    vulnerability_id vuln_id cve cve_id err_type exc_type err_name error_name
team: team assignment_group assigned_team owner_team team_name assigned_group group owning_team
    department dept squad queue support_group resolver_group last_team first_team team_names teams
environment: environment env stage deployment_environment tier
region: region location locations site datacenter data_center zone country
source_created_at: source_created_at created_at opened_at created opened created_on create_time
    creation_date created_date date_created created_time sys_created_on reported_at reported
    occurred_at started_at start_time opened_on open_time date_opened opened_date detected_at
    event_time timestamp datetime date_time date time first_occurrence published incident_date
    issue_date start_date started create_date date_time_opened first_seen realtime_timestamp date_and_time
    first_timestamp active_at start_timestamp
    creation_ts reported_date last_check log_time
source_updated_at: source_updated_at updated_at updated last_updated modified_at modified updated_on
    last_modified sys_updated_on last_change_at update_time date_modified changed_date last_update_time
    last_activity_date last_seen delta_ts
resolved_at: resolved_at closed_at resolved closed resolution_date resolutiondate resolved_on
    closed_on closed_date date_closed end_time ended_at resolved_date close_time solved_at resolved_time
    closed_time completed_at close_date date_time_closed resolve_time recovery_time recovered_at
    last_resolved_date alert_end
external_url: external_url html_url web_url permalink issue_url incident_url ticket_url alert_url more_info
    link url
""")

GERMAN_NAMES = parse_word_lists("""
id: ticketnummer vorgangsnummer nummer schlussel vorgang kennung storungsnummer vorgangsschlussel
    vorgangs_id ticket_nr nr
title: titel zusammenfassung betreff kurzbeschreibung bezeichnung meldung nachricht storung fehlermeldung
    fehler
body: beschreibung langbeschreibung bemerkung kommentar
severity: prioritat schweregrad dringlichkeit kritikalitat auswirkung
status: zustand
service: dienst betroffener_dienst anwendung produkt projekt projektname anlage maschine gerat
component: komponente komponenten modul kategorie
error_type: fehlercode fehlertyp fehlerart
team: zuweisungsgruppe zustandige_gruppe gruppe
environment: umgebung
region: standort
source_created_at: erstellt_am erstellt erstellungsdatum angelegt_am angelegt eroffnet_am eroffnet geoffnet
    gemeldet_am gemeldet datum zeitpunkt zeitstempel beginn
source_updated_at: aktualisiert_am aktualisiert geandert_am geandert
resolved_at: gelost_am gelost erledigt_am erledigt behoben_am geschlossen_am geschlossen losungsdatum ende
""")
FRENCH_NAMES = parse_word_lists("""
id: numero cle reference
title: titre resume objet sujet libelle description_courte breve_description
severity: priorite gravite urgence severite criticite
status: statut etat
service: projet produit systeme element_de_configuration
component: composant composants categorie
error_type: code_d_erreur type_d_erreur
team: groupe_d_affectation equipe groupe
environment: environnement
region: lieu
source_created_at: cree_le cree creation date_de_creation date_creation ouvert_le date_d_ouverture signale_le
    horodatage
source_updated_at: mis_a_jour_le mis_a_jour mise_a_jour modifie_le date_de_mise_a_jour
resolved_at: resolu_le resolu resolue date_de_resolution ferme_le cloture_le date_de_cloture
""")
SPANISH_NAMES = parse_word_lists("""
id: clave identificador incidencia
title: titulo resumen asunto descripcion_breve breve_descripcion
body: descripcion detalles
severity: prioridad gravedad urgencia severidad criticidad
status: estado
service: servicio aplicacion producto proyecto sistema
component: componente componentes modulo categoria
error_type: codigo_de_error tipo_de_error
team: grupo_de_asignacion equipo grupo
environment: entorno
region: ubicacion
source_created_at: fecha_de_creacion fecha_creacion creado_el creado creada fecha_de_apertura fecha
source_updated_at: fecha_de_actualizacion actualizado actualizada
resolved_at: fecha_de_resolucion resuelto resuelta fecha_de_cierre cerrado_el
""")
PORTUGUESE_NAMES = parse_word_lists("""
id: chave
title: resumo assunto descricao_resumida breve_descricao
body: descricao detalhes
severity: prioridade gravidade severidade criticidade
status: situacao
service: servico aplicacao produto projeto
error_type: codigo_de_erro tipo_de_erro
team: grupo_de_atribuicao equipe equipa
environment: ambiente
region: localizacao
source_created_at: data_de_criacao criado_em criado data_de_abertura aberto_em data
source_updated_at: data_de_atualizacao atualizado_em atualizado
resolved_at: data_de_resolucao resolvido_em resolvido fechado_em data_de_fechamento encerrado_em
    data_de_encerramento
""")
ITALIAN_NAMES = parse_word_lists("""
id: chiave identificativo
title: titolo riepilogo oggetto descrizione_breve breve_descrizione
body: descrizione dettagli
severity: priorita gravita urgenza criticita
status: stato
service: servizio applicazione prodotto progetto
component: componenti
error_type: codice_di_errore tipo_di_errore
team: gruppo_di_assegnazione squadra gruppo
region: sede
source_created_at: data_di_creazione creato_il creato data_di_apertura aperto_il
source_updated_at: data_di_aggiornamento aggiornato_il aggiornato
resolved_at: data_di_risoluzione risolto_il risolto chiuso_il data_di_chiusura
""")
DUTCH_NAMES = parse_word_lists("""
id: sleutel
title: samenvatting onderwerp korte_omschrijving
body: omschrijving
severity: prioriteit ernst urgentie
service: toepassing applicatie systeem
component: onderdeel
team: toewijzingsgroep
environment: omgeving
region: locatie
source_created_at: aangemaakt_op aangemaakt aanmaakdatum gemaakt geopend_op geopend
source_updated_at: bijgewerkt_op bijgewerkt
resolved_at: opgelost_op opgelost gesloten_op gesloten
""")

LANGUAGES = (
    ENGLISH_NAMES,
    GERMAN_NAMES,
    FRENCH_NAMES,
    SPANISH_NAMES,
    PORTUGUESE_NAMES,
    ITALIAN_NAMES,
    DUTCH_NAMES,
)
NO_TEXTS = frozenset({"cause", "cause_code", "cause_category"})
"""Of the names of causes, those whose columns hold a class or a code."""
OF_CAUSES = {"body": tuple(name for name in CAUSES if name not in NO_TEXTS)}
"""The cause is the text of a failure that has no other; it tells how it ended, too."""
USUAL_NAMES: Mapping[str, tuple[str, ...]] = {
    field: tuple(dict.fromkeys(name for names in (*LANGUAGES, OF_CAUSES) for name in names.get(field, ())))
    for field in COLUMN_FIELDS
}
