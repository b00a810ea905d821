// Who sees a case beside those of its own units: shown, chosen, taken back.
export default {
  title: 'Who sees it', add: 'Show to somebody', own: 'In any case',
  own_who: { common: 'People of the community', open: 'The office, the workers and building heads in charge here', door: 'The office, the workers and building heads in charge here', register: 'The office and the workers in charge here', private: 'The office and the full-time workers in charge here', office: 'The office alone' },
  by_share: 'This case is shown to you from elsewhere; once taken back it is gone from here.',
  by_name: 'By name', unit: 'Unit',
  upto: { common: 'What it is about and its steps', open: 'What it is about and its steps', door: 'What it is about and its steps', register: 'With the household concerned', private: 'With the people concerned', office: 'Everything, what is internal too' },
  since: 'since {at}', until: 'ends by itself {at}', lasts: 'until taken back', pending: 'Waits for the server, not seen yet', leaving: 'To be taken back, waits for the server', ended: 'Term over, no longer seen',
  choose: 'Who is to see this case', choose_text: 'Only this case and its steps, never the household file. You can take it back at any time.', find: 'Unit or name', nobody: 'Nobody found', units: 'Offices above', people: 'One person, by name', how_much: 'How much',
  logged: 'It concerns a household; who showed it to whom is recorded.', do: 'Show to {name}', do_none: 'Choose somebody', asked: 'Kept; {name} sees it once the server confirms.',
  end: 'Take back', end_of: 'Take back from {name}', end_title: 'Take this case back from {name}?', end_text: 'It is gone from the device of {name} at its next contact. What they wrote before stays; what arrives afterwards waits for the office.', end_do: 'Take back', end_asked: 'Kept; taken back from {name} once the server confirms.', keep: 'Not now', sep: ', ',
}
