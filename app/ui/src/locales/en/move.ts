// A household or one person of it moves: who, where to, why. Said alike on the phone and in the office.
export default {
  title: 'Move', who: 'Who moves', all: 'All, {n} person | All, {n} people', only: 'Only {name}', where: 'Where to', here: 'Another door here', mine: 'Another of my doors', other: 'Another grid', away: 'Left the community', which: 'To which household', find: 'Door, name, last digits of a phone', change: 'Change', no_head: 'Head not recorded',
  building: 'Building', stairs: 'Units', stair: 'Unit {n}', door: 'Door number', reason: 'Reason', reasons: ['Another flat', 'To relatives', 'Lease over', 'Work'],
  same: 'That is this door.', vacant: '{name} was recorded at this door, now vacant. Another family is recorded at the same door.', taken: '{name} is recorded at this door. Another family is recorded beside them; they stay as they are.', away_text: 'The file here ends today.',
  other_text: 'Another grid is not in your hands; the office makes this move. What is known goes along, and the worker there sees it at once. Do not choose Left the community: then everything is recorded there anew.', ask: 'Ask the office to move them', asks: 'To another grid: {who}. Please move them. New address: ', whole: 'the household',
  stays: 'Visits and history stay here; nothing is deleted.', apart: 'What others, offline, still write at the old door is listed, and you decide whether it comes along.',
  do: 'Move to {plate}', do_one: '{name} moves to {plate}', do_away: 'The household left', do_one_away: '{name} left', do_none: 'Choose where to', done_to: 'Saved here: moved to {plate}', done_away: 'Saved here: left',
}
