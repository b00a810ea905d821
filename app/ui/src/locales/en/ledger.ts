// Ledgers: every kind as a grid, views, export, the weekly sheet, the doors of a building.
export default {
  kinds: 'Which ledger', total: '{n} rows', of_all: '{n} rows of {all}', looking: 'Looking', none: 'This ledger is still empty.', none_found: 'Nothing fits these conditions.',
  words: 'Door, name, pinyin, phone', unit: 'Unit', all_units: 'All units', buildings: 'Buildings', clear: 'Clear conditions', grid: 'Ledger: {kind}', rowhead: 'Row {n}',
  due: { over: 'Overdue', today: 'Today', soon: 'Soon', none: 'Not due' }, away: 'Away until {day}', yes: 'Yes', no: 'No', masked: 'Masked',
  filter: {
    add: 'Filter', title: 'Add a condition', column: 'Column', op: 'Compare', value: 'Value', put: 'Add', remove: 'Remove condition: {words}',
    ops: { is: 'is', not: 'is not', has: 'contains', empty: 'is empty', filled: 'is filled', at_most: 'at most', at_least: 'at least' },
    words: '{column} {op} {value}',
  },
  group: 'Group', group_by: 'Group: {name}', no_group: 'No groups', group_of: '{label}, {n} rows', empty_group: '(empty)', more_groups: '{n} more groups', groups: 'Groups',
  columns: { title: 'Columns shown', done: 'Done', reset: 'Back to default', up: 'Earlier', down: 'Later' },
  sort: { by: 'Sort by {column}' },
  views: { title: 'Views', change_of: '{name}: change to what is shown now', none: 'No view kept yet', save: 'Keep this view', name: 'Name of the view', keep: 'Keep', saved: 'View "{name}" kept, on every device of the office.', remove: 'Remove view "{name}"', removed: 'View "{name}" removed.', undo: 'Undo', change: 'Change to what is shown now', changed: 'View "{name}" changed.', forked: 'Two devices changed it apart' },
  pick: { n: '{rows} rows selected', set: 'Set "{column}" for all', copy: 'Copy', copied: '{n} rows copied, ID numbers, phones and private columns masked; logged.', loading: 'Some rows are still coming; copy again in a moment.', too_many: 'At most {n} rows at once; use the export.', cannot: '"{column}" cannot be edited in the ledger.' },
  copy: { go: 'Copy unmasked…', title: 'Copy unmasked', text: 'The {n} selected rows with ID numbers, phones and private columns as they are. The reason is logged, on every device of the office.', done: '{n} rows copied unmasked; logged.', failed: 'It could not be logged and is not copied: {why}' },
  edit: { label: 'Edit {column}', saved: '"{column}" changed.', undo: 'Undo', undone: '{n} rows set back.', left: '{n} rows left alone: gone, or just changed by somebody.', empty: '(empty)', tags: 'Separate with 、' },
  many: { title: 'Set "{column}" for all', text: 'The {n} selected rows get the value below. Each is a change of its own and can be undone.', preview: '{changed} rows will change; {same} have it already; {left} are left alone.', value: 'Value', add: 'Add tag', take: 'Remove tag', look: 'Preview', go: 'Change {n} rows', done: '"{column}" changed in {n} rows.', cancel: 'Cancel' },
  export: {
    go: 'Export', title: 'Export ledger: {kind}', rows: 'This view, {n} rows', only: 'Only the {n} selected rows', format: 'Format', xlsx: 'Excel (XLSX)', csv: 'CSV', geojson: 'GeoJSON (with a position)',
    masked: 'Mask ID numbers, phones and private columns; the file says who exported it', reason: 'Why unmasked', logged: 'Every export is logged, on every device of the office.', start: 'Export', cancel: 'Cancel', close: 'Close',
    running: 'Writing', progress: '{done} / {total} rows', done: '{name} is ready, {n} rows.', without: '{n} rows have no position and are not in it.', cancelled: 'Nothing was exported, nothing is kept.', reasons: { r1: 'Department check', r2: 'Asked for by the resident', r3: 'Payment of benefits' },
  },
  record: { label: 'This record', close: 'Close', open_household: 'Household file', open_case: 'The case', waiting: 'Not yet delivered', edit: 'Edit {label}', history: 'History' },
  keys: { move: 'move', pick: 'select', edit: 'edit', open: 'open', copy: 'copy', all: 'all' },
  more: 'More', weekly: 'Weekly meeting', doors: 'Door list', print: 'Print', back: 'Ledger', excel: 'Download Excel',
  week: { title: 'Weekly meeting', week: 'Week', span: '{from} to {to}', note: 'Matters and doors are counted, people are not.', before: 'Week before', after: 'Week after', now: 'This week', none: 'None.' },
  door: {
    title: 'Door list', which: 'Building', care: 'Care tags', why: 'Why care tags are needed; it is logged', show: 'Show', made: 'Printed by {by}, {at}', count: '{doors} doors, {people} people', cared: 'Holds care tags; destroy after use', reasons: { r1: 'Power cut, every door', r2: 'Fire, evacuation', r3: 'Water delivery' },
    col: { plate: 'Door', head: 'Head', people: 'People', help: 'Needs help', care: 'Care tags', phone: 'Phone at the door', here: 'Seen' }, vacant: 'Vacant', none: 'Nobody is on the books of this building yet.', choose: 'Choose a building; in a power cut or fire go door by door.',
  },
}
