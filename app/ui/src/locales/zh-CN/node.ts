// A machine with named accounts: who signs in, one more, one less.
export default {
  title: '谁在用这台电脑', text: '点自己的名字，输入自己的 PIN。各人只看得到自己负责的，写下的也都记在自己名下。',
  pick: '账号', pin: '{name}的 PIN', back: '换一个人', none: '这台电脑上还没有账号。', wiped: '已被社区停用并清除', take_off: '移除',
  role: { worker: '专职网格员', part_time: '兼职网格员', building_head: '楼长', assignee: '承办人', office: '社区办公室', overseer: '监督', admin: '管理员' },
  add: '添加账号', add_text: '请社区在「人员设备」发一个邀请，在这里登记，再定一个自己的 PIN。', full: '账号满了，先移除不再用的，才能添加。',
  as: '{name}，这台电脑：{node}', switch: '换人', leave: '锁上，换人',
  mine: '这台电脑', mine_text: '这是几个人合用的电脑。走开前请锁上；五分钟没人动，也会自己锁上。', remove: '从这台电脑移除我的账号',
  removing: '从「{node}」移除{name}', unsent: '还有 {n} 条没有传到社区。移除了，这 {n} 条就没有了。', unsent_none: '写下的都已经传到社区，移除不会丢东西。',
  others: '{name}的账号锁着，看不到还有没有没传的。移除了，没传的就没有了。', reason: '为什么要移除', sync_first: '先同步', do: '移除', cancel: '不移除', removed: '已移除。还请在「人员设备」停用这个账号。',
}
