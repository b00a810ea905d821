// A machine with named accounts: who signs in, one more, one less.
export default {
  title: 'Who is using this computer', text: 'Choose your name and enter your own PIN. You see only what you are in charge of, and what you write is in your name.',
  pick: 'Accounts', pin: 'PIN of {name}', back: 'Somebody else', none: 'There is no account on this computer yet.', wiped: 'Ended and wiped by the community', take_off: 'Take off',
  role: { worker: 'Grid worker', part_time: 'Part-time worker', building_head: 'Building head', assignee: 'Assignee', office: 'Community office', overseer: 'Overseer', admin: 'Administrator' },
  add: 'Add an account', add_text: 'Ask the community for an invite under People and devices, enrol here, and choose a PIN of your own.', full: 'This computer is full. Take off an account that is no longer used first.',
  as: '{name}, on {node}', switch: 'Switch', leave: 'Lock and switch',
  mine: 'This computer', mine_text: 'Several people share this computer. Lock it when you leave; after five minutes without a touch it locks itself.', remove: 'Take my account off this computer',
  removing: 'Take {name} off {node}', unsent: '{n} things have not reached the community. They would be gone.', unsent_none: 'Everything written has reached the community. Nothing is lost.',
  others: 'The account of {name} is locked: nobody can see whether something has not been sent. What was not sent would be gone.', reason: 'Why', sync_first: 'Sync first', do: 'Take off', cancel: 'Keep it', removed: 'Taken off. Please end this account under People and devices as well.',
}
