/** Filled tables, templates, the register of requests, columns and batches of imports. */
export default {
  parts: 'Tables and imports', part: { 'o-fill': 'Fill a table', 'o-templates': 'Templates', 'o-requests': 'Requests', 'o-import': 'Import', 'o-imports': 'Import log' },
  per: { person: 'a row per person', household: 'a row per household', case: 'a row per case', place: 'a row per place', facility: 'a row per facility', building: 'a row per building', visit: 'a row per visit' },
  n: { person: '{n} people', household: '{n} households', case: '{n} cases', place: '{n} places', facility: '{n} facilities', building: '{n} buildings', visit: '{n} visits' },
  from: { template: 'remembered', words: 'recognised', ext: 'imported before', none: 'not ours', hand: 'your choice', formula: 'computes itself' },
  fill: {
    sheets: 'Sheets', skip: 'Leave this sheet', filled: 'Fill this sheet', sheet_n: '{name}', unsheet: 'not recognised', leave: 'Leave empty', column: 'What goes under {header}', per: 'What a row is', header: 'Header in row', to: 'to', row: '',
    remember: 'Remember this when saving', remembered: '"{name}" is remembered and fills itself next time.', from_template: 'By the template "{name}"', unknown_title: 'Columns we do not have stay empty', not_known: 'No header was recognised here. Say what a row is, then match the columns.',
    state: 'State', any_state: 'any', open: 'open', closed: 'closed', since: 'Reported from', until: 'to', case_note: 'By the time of the report',
    note: 'Note this request', note_text: 'Who asked, on what basis, how long it took. The same asked again will be told.', change: 'Change the columns',
  },
  templates: {
    title: 'Templates', count: '{n} tables', none: 'No templates yet', none_text: 'Match the columns once while filling; saving remembers them. Another title or date is the same table.', import: 'for imports', fill: 'for filling', columns: '{n} columns', by: '{name}, {at}', remove: 'Remove', removed: '"{name}" is removed.', undo: 'Undo', back: '"{name}" is back.',
    path: 'Header', field: 'Holds', empty: 'left empty', detail: 'Template',
  },
  requests: {
    title: 'Requests for data', count: '{n}', add: 'Note a request', none: 'Nothing noted yet', none_text: 'When a department asks for a table, note who, on what basis, how often and how many minutes. The next equal one has a record.', words: 'Table, department',
    name: 'What is asked for', asker: 'Who asks', basis: 'Basis (document, notice)', frequency: 'How often', minutes: 'Minutes it took', asked_on: 'Asked on', due: 'Due', fields: 'Fields asked for', note: 'Note', closed: 'Answered', template: 'Template',
    any: 'not said', freq: { once: 'once', week: 'weekly', month: 'monthly', quarter: 'quarterly', year: 'yearly' }, save: 'Note it', saved: 'Noted.', change: 'Save', changed: 'Saved.', cancel: 'Cancel',
    alike: 'Asked {n} times before', alike_of: '{asker} asked for "{title}" on {at}', reason: { same_table: 'same department, same table', same_fields: 'nearly the same fields' }, shared: 'In common: {words}', given: 'that one was answered', not_given: 'that one is open', days: '{n} days ago', minutes_n: '{n} min',
    months: 'By month', month: '{month}', m_requests: '{n} requests', m_minutes: '{n} min', m_twice: '{n} fields asked twice or more', m_alike: '{n} were repeats', open: 'open', done: 'answered', by: 'noted by {name}', detail: 'This request', none_minutes: 'not noted', field_n: '{n} fields', problem: 'Not saved',
  },
  import: {
    kind: 'What comes in', kinds: { household: 'Residents', building: 'Buildings', place: 'Places', facility: 'Facilities', case: 'Earlier cases', visit: 'Earlier visits' },
    kind_text: { household: 'Households with people, doors, phones, tags', building: 'Estate, number, staircases, floors, doors a floor', place: 'Shops, organisations, venues', facility: 'Hydrants, chargers, exercise machines', case: 'Hazards and orders of another system; closed ones come in closed', visit: 'Visits made before, matched by door and name' },
    map: 'Columns', map_text: 'What each column is; correct what is guessed wrong.', keep: 'Keep as is', leave: 'Leave out', sample: 'e.g.', again: 'Read again like this', sheet: 'Sheet', header: 'Header', remember: 'Remember this', template: 'As remembered: "{name}"',
    decide: 'What becomes of this row', new: 'New', same: 'It is {words}', leave_row: 'Leave out', decided: 'You decided {n} rows', like: 'Like one that is here', clear: 'Undo my decision',
    reason: { id_number: 'same identity number', name_phone: 'same name and phone', name_birth: 'same name and birthday', door: 'same door', name: 'same name' },
    verdict: { new: 'New', known: 'Here, untouched', fills: 'Fills gaps', left: 'Left out', bad: 'Not taken' }, col: { row: 'Row', verdict: 'What happens', name: 'Name', place: 'Where', why: 'Why' },
    dry: 'A dry run: nothing is written yet. An import can be undone as a whole.', write: 'Import {n}', done: 'Imported', added: '{n} new', fills: '{n} filled', known: '{n} were here', bad: '{n} rows not taken', left: '{n} left out', see: 'See the imports', more: 'Another file', rows: 'Rows to import', side: 'This row', nothing: 'No rows to import', skipped: '{n} rows are totals or remarks, passed over', unknown_file: 'No header was recognised; match the columns below.',
  },
  imports: {
    title: 'Imports', count: '{n}', none: 'Nothing imported yet', none_text: 'Every import is a batch that can be undone as a whole.', at: '{name}, {at}', made: '{n} made', people: '{n} of them people', standing: '{n} stand now', undone: 'undone by {name}, {at}', late: 'written to {n} times since',
    undo: 'Undo this import', undo_do: 'Take back {n}', undo_text: 'What this batch made and nobody touched since goes; cells it filled in files that were here are empty again, cells that wait and buildings nobody uses go too. What was visited or edited stays. The undo can itself be undone.', keep: 'Not now', kept: '{n} stay', goes: '{n} go, {people} of them people', cells: '{n} cells it filled are emptied', held: '{n} cells wait no longer', buildings: '{n} buildings are closed once the server confirms', steps: '{n} steps go out of sight with their cases: a step is never deleted', fills: '{n} cells filled in files that were here', built: '{n} buildings made', back_here: 'Emptied cells come back on the computer that undid it; elsewhere import the same file again.', done: '{n} taken back, {kept} kept.', back: 'Bring it back', back_done: '{n} brought back.', back_one: 'Bring this one back', nothing: 'Nothing to take back: all were touched, or it is undone already.',
    reason: { visited: 'visited', edited: 'edited', case: 'has a case', named: 'used elsewhere', late: 'written to since', written: 'written since', merged: 'went into another file', used: 'something else is in it' }, where: 'into {unit}', detail: 'This batch', looking: 'Looking what can go',
  },
}
