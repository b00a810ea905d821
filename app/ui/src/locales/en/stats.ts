// Figures, and a month of them for the level above.
export default {
  title: 'Figures', tabs: 'What to look at', here: 'Here', up: 'Hand up', below: 'Communities', print: 'Print', whole: 'All that is here', unit: 'Where', from: 'From', until: 'until',
  span: { month: 'This month', last: 'Last month', quarter: 'This quarter', year: 'This year' }, period: '{from} to {until}',
  note: 'Doors and matters are counted, never people. Rows stand in the order of the units; nothing is ranked.', on_paper: 'Figures of {unit}',
  doors: {
    title: 'Visits', said: 'Of {doors} doors, {reached} were reached in this time, {tried} tried.', now: '{due} are due today, {over} are overdue.', vacant: '{n} more are vacant.',
    by_grid: 'By grid', by_tier: 'By tier', col: { of: 'Grid', tier: 'Tier', doors: 'Doors', reached: 'Reached', tried: 'Not in', due: 'Due today', over: 'Overdue', bar: 'Share reached' }, bar: '{reached} of {doors} doors reached', none: 'No households are held here.',
  },
  cases: {
    title: 'Matters', said: '{opened} new, {closed} closed, {open} still open.', clocks: 'Of {n} that came to their day, {in_time} were in time and {late} late; {over} are open and past it now.', none: 'No matters in this time.',
    by: 'Look at it by', by_category: 'Matter', by_grid: 'Grid', by_lead: 'Department', no_lead: 'No department named',
    col: { of: 'Matter', grid: 'Grid', lead: 'Department', opened: 'New', closed: 'Closed', open: 'Open', over: 'Open, late', in_time: 'In time', late: 'Late' }, more: '{name}: one by one', total: 'Sum',
  },
  levels: { title: 'Where matters came to an end', said: '{n} closed, {near} of them within the community.', none: 'Nothing was closed in this time.' },
  ratings: { title: 'What residents said', said: '{n} were rated.', none: 'No ratings in this time.' },
  trend: { title: 'Disputes, the last twelve months', said: '{n} in all. Lines show the four most frequent types, the table shows all.', none: 'No disputes in twelve months.', col: 'Type', label: '{name}, by month: {counts}', sum: 'Sum' },
  spots: { title: 'Buildings where most came up', none: 'No matter names a building.', col: 'Building', n: '{n}' },
  tally: {
    month: 'Month', teach: 'These figures are all that goes to the street. Fewer than five is left out, and so is what would give it away; no name, no address.', send: 'Hand up', again: 'Hand up again', sent: 'Kept; it goes up with the next sync.',
    was: 'Handed up {at} by {by}', changed: 'Changed since: hand up again to put it right', same: 'Nothing changed since', pending: 'not sent yet', few: 'under 5', left_out: 'left out',
    few_title: 'Fewer than five, or what would give such a figure away', who: 'The street office and the people of this community see these figures.', may_not: 'A community hands up; here you see what came.',
    none: 'Nothing was handed up yet.', none_text: 'A community hands up its month under Figures, Hand up.', missing: 'Not handed up: {names}', sum: 'Sum', community: 'Community',
    group: { doors: 'Visits', opened: 'New matters', clocks: 'Deadlines', closed: 'Closed at', ratings: 'Residents said' },
  },
}
