// People and devices: staffing, invites, handing over, the sheet about a device that is gone.
export default {
  machine: 'Machine', machine_with: 'together with {names}', machine_all: 'End the other accounts of that machine ({node}) as well: {names}', machine_self: 'The account you are using lies on that machine: end it from another device.',
  teams: {
    title: 'Staffing', chip: 'Staffing', back: 'People and devices', count: '{grids} grids, {micro} micro-grids', list: 'Where somebody is missing', none: 'Every place is staffed', none_text: 'Each grid has a full-time worker and a guide, micro-grids have five to seven people, no term ends within thirty days.',
    about: 'This looks at posts only, never at how much anybody does.',
    rule: { nobody: 'Nobody is in charge', no_worker: 'No full-time worker', no_guide: 'No grid guide', few: 'Only {n} people, fewer than 5', many: '{n} people, more than 7', no_party: 'No party member', no_head: 'No building or lane head', term_ends: 'The term of {name} ends on {day}, and nobody follows' },
    do: { nobody: 'Appoint a full-time worker, then invite their phone.', no_worker: 'Appoint a full-time worker.', no_guide: 'Choose a person under Who is in charge and make their post grid guide; who guides several grids is appointed at the community.', few: 'Ask building heads, party members or cadres to join.', many: 'It is large; it could become two micro-grids.', no_party: 'Mark a party member as such.', no_head: 'Appoint a building head, or make the post of somebody lane head.', term_ends: 'Change the term, or hand over to the next person.' },
    go: 'Go there',
  },
  post: { label: 'Post', none: 'As the role says', party: 'Party member', save: 'Save the post', saved: 'The post was changed.', also: '{role}, {post}' },
  invites: { title: 'Invites', none: 'No invite in the last thirty days.', open: 'Waits, good until {at}', used: 'Used {at}', expired: 'Over, nobody used it', taken_back: 'Taken back {at}', take_back: 'Take back', taken: 'The invite for {name} was taken back.' },
  over: {
    act: 'Hand over', title: 'Who takes over from {name}', first: 'In charge from', unsent: 'The phone of {name} has {n} things unsent; what was written before still counts.', behind: 'The phone of {name} has not been in touch; there may be more, and what was written before still counts.', fine: 'Everything {name} wrote has arrived.', no_device: '{name} has no device in use.',
    cases: '{n} cases in hand stay in the grid, where whoever takes over sees them; to make them theirs, pass each on.', cases_none: 'No open cases in hand.', pass: 'Pass on', doing: 'Hand over', kept: 'The term of {name} ends the day before; both take effect, or neither.',
    in_hand: '{from} still has {n} in hand:', pass_all: 'Give all to {to}', passed: '{n} given to {to}', passed_note: 'Handed over from {from} to {to}', pass_stuck: '{state}: cannot be given on at this step, open it',
    page: 'Handovers', none: 'No handover lately', none_text: 'Choose a person under Who is in charge, then Hand over.', row: '{from} to {to}', list: 'How far handovers have come', about: 'A handover is complete when everything on the phone of whoever left has arrived.',
    state: { planned: 'From {day}', waiting: 'Waiting for the phone of {name}', unsent: '{name} has {n} things unsent', done: 'Complete: everything has arrived', no_device: '{name} has no device in use; nothing to wait for' },
  },
  sheet: {
    open: 'What it holds (to print)', title: 'Facts about a lost device', back: 'People and devices', print: 'Print', of: 'Device of {name}', made: 'Listed {at} by {by}', facts: 'The device', held: 'What it holds', units: 'Units', records: 'Records', people: 'Residents', fields: 'What', sensitive: 'Sensitive personal data', plain: 'Ordinary',
    never: 'Never', seen: 'Last contact', reported: 'Reported or ended', wiped: 'Proof of wipe', wiped_not: 'Not yet', lease: 'Readable without a signal until', unsent: 'Unsent at that time', machine: 'Machine', state: 'State now', role: 'Used by',
    how: 'How it is protected', how_text: ['The data is encrypted on the device and does not open without the six digits; after five wrong tries the wait grows.', 'Since it was ended the server gives it nothing, and nothing that it sends enters the ledgers.', 'At its next contact it wipes itself and leaves a signed proof; locked, off or without a network it makes no contact: see above.'],
    measures: 'Done and to be done (PIPL article 57)', measures_text: ['Categories, cause and possible harm: the contents and numbers above.', 'Remedies taken: ended, refused, ordered to wipe, unreadable when its lease is over.', 'What those affected can do: be wary of calls and messages in the name of the community, give no codes to anybody.', 'Contact: the community office (please fill in).'],
    tell: 'What to tell residents', tell_text: 'Notify by the units above. Where the measures effectively prevent harm from leaks, changes or loss, individuals need not be notified; where the authority finds that harm may follow and asks for it, they must be. The community and the authority decide.', counted: 'Counted in what this office holds of the same, by the rights it had at its last contact. No resident is named.', signs: ['Filled in by', 'Responsible', 'Date'],
  },
}
