// Words of what came in from others.
export default {
  title: 'Notices',
  somebody: 'The office',
  said: { assigned: '{who} gave you: {title}', step: '{title}: {who}, {step}', case: '{who} reported: {title}', answered: '{who} answered you: {title}', campaign: 'A new campaign: {title}', question: '{who} asks about {title}' },
  unseen: '{n} new',
  none: 'No notices',
  none_text: 'What is given to you, and what came of what you reported, will be here. It is shown on this phone only.',
  line_text: 'Given to you, or gone on',
  new: 'New',
  open: 'Open it',
  elsewhere: { title: 'Gridwalk', one: '{n} new from the office' },
  pref: 'Tell me when something comes',
  pref_hint: 'Says how many, never who or what',
  pref_refused: 'This phone does not allow it. Allow it in the phone’s settings.',
}
