// Questionnaires and campaigns.
export default {
  yes: 'Yes', no: 'No', required: 'needed', private: 'private', open: '{n} question left; you can save and go on next time. | {n} questions left; you can save and go on next time.', questions: '{n} questions', filled: 'Answered', half: 'Partly answered', until: 'by {day}',
  aside: 'The questionnaire was changed. These answers have no question any more; they are not lost, please look:', aside_seen: 'Seen, put away', as_last: 'Same as last time ({at})', whose: 'Whose file it goes to', not_asked: 'Not this time', forget: 'Clear these answers', ask_after_all: 'Ask after all',
  state: { todo: 'not asked', done: 'asked', part: 'half asked', absent: 'nobody in', refused: 'would not answer', not_needed: 'does not concern them' }, said: { refused: 'Noted: would not answer.', not_needed: 'Noted: does not concern this household.' },
  this_time: 'To be asked this time',
  tier: { red: 'red', yellow: 'yellow', green: 'green', general: 'general' },
  answered: { title: 'Questionnaires answered', none: 'No questionnaire answered yet', differs: 'Two people answered differently', waits: 'Not sent yet' },
  campaigns: {
    title: 'Campaigns', left: '{n} door left | {n} doors left', all_done: 'All asked', over: 'overdue', doors: '{n} door | {n} doors', none: 'No campaign is running', all: 'All', list: 'Doors', empty: 'No doors here', gone: 'This campaign is not there any more', words: 'Words',
    ended: 'Ended', later: 'From {day}', rail: 'Campaigns', add: 'New campaign', name: 'Title', form: 'Questionnaire', unit: 'Where', own_unit: 'The whole community', filter: 'Which households', due: 'Until', from: 'From', tiers: 'Visit tier', tags: 'Tags', tags_hint: 'Several with spaces between; any of them counts', rented: 'Let', vacant: 'Empty', hub: 'Party-member hub',
    any_value: 'Any', yes: 'Yes', no: 'No', age_from: 'Somebody of at least', age_to: 'up to', years: 'years', match_all: 'All of it', match_any: 'Any of it', preview: '{n} of {of} doors', save: 'Start', saved: 'Started: {title}. Workers see it when they next connect.', close: 'End this campaign', closed: 'Ended. What was answered stays.', close_sure: 'Nobody is asked any more; what was answered stays.',
    office_empty: 'No campaign yet', office_empty_text: 'Give it a title, a questionnaire and which households; workers ask during their ordinary visits.', pick: 'Choose one on the left to see its doors.', form_words: 'Questionnaire: {form}', differ: 'Two people answered differently; settle it in the inbox.', unasked: 'not asked',
  },
  office: {
    title: 'Questionnaires', list: 'Questionnaires', former: 'No longer used', built_in: 'of the product', own: 'of the community', answered: '{n} answered', import: 'Import XLSForm', import_text: 'Choose an XLSForm workbook (.xlsx). Look at what was read before you use it.', drop: 'Choose a file, or drop it here', retire: 'Retire', retired: '"{name}" is retired. What was answered stays.',
    use: 'Use this questionnaire', used: '"{name}" is in use.', problems: 'Found while reading', place: '{sheet}, row {row}, {column}', place_sheet: '{sheet} {column}', stops: 'correct', note: 'not read', stopped: '{n} to be corrected in the file before it can be used.', preview: 'As it looks at a visit', preview_text: 'Try it; nothing is saved here.', tier: 'Asked at visits of the {tier} tier', campaign: 'For campaigns', every: 'Every {n} days', each: 'Every time', unreadable: 'A questionnaire cannot be read',
    target: { household: 'Households', place: 'Places', patrol: 'Patrol points', facility: 'Facilities' }, fills: 'Fills: {field}', again: 'Another file', none: 'No questionnaires', pending: 'Not sent yet',
  },
}
