export default {
  pin: {
    title: 'Change PIN', text: 'Six digits, kept on this device only', old: 'PIN as it is', new: 'New PIN', again: 'New PIN once more', differ: 'The two differ. Please type it once more.', done: 'The PIN is changed', save: 'Change',
    about: 'The PIN opens the encrypted data of this device. Nobody can bring it back; the community would have to invite this device anew. What has gone up is safe.',
  },
  device: {
    title: 'My device', text: 'Whose this phone is, and what to do when it is lost', this: 'This device', number: 'Number ends in {id}', contact: 'Last contact with the community {at}', never: 'No contact with the community yet',
    lost: 'Lost or stolen', lost_text: 'Please call the community at once: it puts this device out of use on the spot, and the device empties itself at its next contact. Without the PIN nobody opens it.', call: 'Call {name}', nobody: 'This device does not hold a number of the community yet.',
  },
  say: {
    title: 'Complaints and suggestions', text: 'About this app or about how work is arranged', words: 'What you want to say', hint: 'What, where, and what you would like', who: 'Only the community office sees it; this phone keeps a receipt and nothing more.', send: 'Hand in', done: 'Received; the community will answer you',
    else: 'If you would rather not go through the community, call 12345, the government service line.', call: 'Call 12345',
  },
  help: {
    title: 'How to use it', text: 'Works without a network', found: 'Nothing about this was found',
    topics: [
      'Visits\nOn Today press Met: the people are chosen, press Save. Nobody in, refused, away, moved and deceased are results too. You can undo for eight seconds. No photo, recording or position is ever needed.',
      'No signal\nWork as always: what you write is kept on this phone. The line under the title says when it last agreed with the community, how much is new since, and how many photos wait. It goes up by itself.',
      'Two values\nTwo people wrote one thing differently: both are kept with who and when. Whoever may settles it with one tap; the other stays in the history.',
      'Refused\nNothing disappears. The tray says why; correct it and hand it in again, ask the community, or put it aside.',
      'Buildings and doors\n▲ overdue, ● due, ✓ visited, — vacant. Nothing on a door tells who is in need, so anybody may look over your shoulder.',
      'Face to face\nWhile a visit is open, private facts are off the screen; the eye shows them for ten seconds.',
      'Reporting\nPhoto first or words first. The place may be a door, a point on the map or just words. What you dealt with yourself is closed with Handled.',
      'Campaigns\nAsked at the door along the way and never twice. Ten questions at most.',
      'What is on this phone\nUnder Me you read what this phone holds and what is recorded about you. No attendance, no track, no ranking.',
      'Lost phone\nCall the community at once to put it out of use. What went up is safe.',
    ],
  },
}
