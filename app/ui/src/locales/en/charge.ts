// Who is in charge of what: terms, stand-ins, redrawing.
export default {
  title: 'Who is in charge', back: 'People and devices', list: 'Memberships', gaps: 'No worker: {names}', gap_sep: ', ',
  col: { name: 'Name', role: 'Role', unit: 'Unit', term: 'Term', told: 'Phone', act: '' },
  open: 'open', from: 'from {day}', until: 'until {day}', both: '{from} to {until}', planned: 'not begun', stands_for: 'for {name}',
  no_device: 'no device', unsent: '{n} not handed over when last heard of', behind: 'does not know of the change yet; earlier work may still come', fine: 'knows',
  end: 'End', stand_in: 'Stand-in', what: 'What to do', add: 'Appoint', redraw: 'Redraw', make: 'New grid',
  who: 'Who', someone_new: 'Somebody new', name: 'Name', first: 'First day (empty: at once)', last: 'Last day (empty: open)', last_day: 'Last day', end_day: 'Last day (empty: now)',
  role: 'Role', unit: 'Unit', cancel: 'Cancel', do_add: 'Appoint', do_end: 'End the term', do_stand_in: 'Have them stand in', do_move: 'Move them', do_make: 'Make the grid',
  roles: { worker: 'Grid worker', part_time: 'Part-time worker', building_head: 'Building head', assignee: 'Assignee', office: 'Community office' },
  pick: 'Which buildings', from_grid: 'Now in', to_grid: 'Move to', grid_name: 'Name of the new grid', households: '{n} households',
  preview: 'After that', nobody: 'Nobody is affected.', gains: '{name} gains {units}', loses: '{name} loses {units}', unsent_of: ' ({n} not handed over yet; still taken)',
  grid_now: '{name}: {before} households become {after}', remark: { few: 'under 300', many: 'over 500', no_worker: 'no worker' },
  kept: 'Only who sees what changes; no record moves. What was not sent yet is still taken.',
  done: 'In effect.', waiting: 'Kept; takes effect when the server confirms.', refused: '{n} without effect: {why}', sep: ', ',
}
