// A household or one person of it moves: who, where to, why. Said alike on the phone and in the office.
export default {
  title: '搬家', who: '谁搬', all: '整户，{n} 口人', only: '只有{name}', where: '搬到哪里', here: '社区里的另一个门', mine: '我这里的另一个门', other: '别的网格', away: '离开社区', which: '搬到哪一户', find: '门牌、姓名、电话尾号', change: '换', no_head: '户主没登记',
  building: '哪栋楼', stairs: '单元', stair: '{n} 单元', door: '门号', reason: '原因', reasons: ['换房', '投靠亲属', '租期到了', '工作变动'],
  same: '就是现在这个门。', vacant: '这个门登记过{name}，现在空着。会在同一个门另记一家。', taken: '这个门登记的是{name}。会在同一个门另记一家，原来的不动。', away_text: '这里的档案记到今天为止。',
  other_text: '别的网格不在您手上，要请社区办公室来搬：办公室搬过去，资料一起过去，那边的网格员马上看得到。不用选「离开社区」，那样那边要从头登记。', ask: '请办公室来搬', asks: '{who}要搬到别的网格，请办公室来搬。新地址：', whole: '整户',
  stays: '这里的走访和历史都留着，不删。', apart: '别人没联网、还在老门牌写的，会列出来，由您决定带不带过去。',
  do: '搬到 {plate}', do_one: '{name}搬到 {plate}', do_away: '整户已离开', do_one_away: '{name}已离开', do_none: '先选搬到哪里', done_to: '已存在本机，搬到 {plate}', done_away: '已存在本机，记下离开了',
}
