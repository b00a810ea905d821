// Settings of a deployment: the catalogue of matters, the working calendar.
export default {
  title: 'Settings', rail: 'Settings', parts: 'Parts of the settings', part: { 'o-flows': 'Workflows', 'o-matters': 'Matters', 'o-calendar': 'Calendar', 'o-forms': 'Questionnaires' },
  save: 'Save', cancel: 'Cancel', see: 'Every device of the community receives it at its next contact; deadlines of running cases follow at once.',
  category: { '01': 'Safety hazards', '02': 'Disputes and conflicts', '03': 'Sanitation and urban order', '04': 'Livelihood services', '05': 'Public security', '06': 'Information and outreach' },
  matter: {
    search: 'Find a matter', search_hint: 'Name, pinyin, initials, or how people say it', list: 'Matters', all: 'All', none: 'No such matter', none_text: 'Try other words, or add one.', optional: 'may be left empty', nothing: '(empty)',
    filter: { changed: 'changed', local: 'own', hidden: 'not taken', gap: 'nobody leads' },
    field: { lead: 'Lead department', level: 'Urgency', response_hours: 'First response', resolve_days: 'To be resolved', synonyms: 'Everyday words', workflow: 'Workflow', hidden: 'Taken', name_zh: 'Name', name_en: 'English name' },
    level: { 1: '1 danger to life: act first', 2: '2 urgent', 3: '3 ordinary', 4: '4 routine service' }, hidden: { 0: 'taken', 1: 'not taken: no new case of it' }, unit: { hours: 'hours', days: 'days (natural days for level 1, else working days)' },
    class: { open: 'workers and building heads see it', register: 'workers see it, building heads do not', private: 'only full-time workers and the office see it', office: 'only the office sees it' },
    duty: { 履职: 'community handles', 协办: 'community assists', 代办: 'community acts for residents', 只报: 'community only reports' },
    fixed: 'Who sees it and what the community does is settled by the matter, not here.', gap: 'The community only reports it, and no department leads: nobody takes it up. Please name a lead department.', words_hint: 'Separated by 、; the search and the import of orders go by these words.',
    own: "The product's own: {own}", take_back: 'Take back', saved: '{label} changed.', taken_back: '{label} taken back.', by_catalogue: 'by the catalogue: {name}', catalogue: 'by the catalogue',
    add: 'Add a matter', add_text: 'What the catalogue does not have. Codes count down from 999 within the category.', category: 'Category', who_sees: 'Who sees it (settled for good)', community: 'What the community does (settled for good)', add_save: 'Add it',
  },
  calendar: {
    year: '{year}', before: 'The year before, {year}', after: 'The year after, {year}', month: 'Month {n}', weekday: { d1: 'Monday', d2: 'Tuesday', d3: 'Wednesday', d4: 'Thursday', d5: 'Friday', d6: 'Saturday', d7: 'Sunday' },
    holiday: 'holiday', weekend: 'weekend', works: 'worked', free: 'free', made_up: 'make-up day', own: 'set here', worked: '{n} working days', side: 'This day, the notice and the hours',
    by_us: 'Set by the community; deadlines go by it.', by_product: 'By the notice of the State Council.', by_weekday: 'By its weekday.', name: 'Name', set_free: 'Free', set_works: 'Worked',
    done_free: '{day} is free; deadlines follow.', done_works: '{day} is worked; deadlines follow.', done_back: '{day} taken back.', done_year: '{year} counts as complete.', done_year_back: '{year} says again that it is not complete.', done_hours: 'Working hours changed.',
    basis: { statutory: 'The notice for {year} is not in yet: legal holidays only, no make-up days. Once it is out, mark the days and then say that the notice is all in.', weekdays: 'Nothing is known about {year}: Monday to Friday count, and deadlines say so. What you know already can be marked.' },
    notice: 'Holiday notice for {year}', notice_text: 'The State Council announces holidays and make-up days at the end of the year before.', is_published: 'All in', is_published_own: 'The community says it is all in', publish: 'The notice is all in',
    hours: 'Working hours', hours_hint: 'Written as 09:00-12:00,14:00-18:00', see: 'All deadlines in working hours and working days go by this; they follow at once, and on every device at its next contact.',
  },
}
