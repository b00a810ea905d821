// Field work beyond the household visit: patrols, places, facilities, what happens in a family, hubs, needs, the way, a pasted message.
export default {
  title: '巡查与场所', title_text: '巡查点、场所、设施', points: '巡查点', places: '场所', facilities: '设施', hubs: '党员中心户', hubs_text: '谁联系哪些户', listings: '需求与心愿', listings_text: '门口听到的，办到哪里',
  round_rest: '没有分轮的点', round_n: '{n} 个点', round_left: '还有 {n} 个没看', round_done: '今天都看过了', every: '每 {n} 天一次', no_period: '不定期', checked: '{at}看过', never: '还没看过', closed: '已停用', closed_place: '已停业', next_point: '下一个点：{name}',
  add: { patrol: '加一个巡查点', place: '加一个场所', facility: '加一个设施' }, edit: '修改', form: { patrol: '巡查点', place: '场所', facility: '设施' },
  empty: { patrol: '还没有巡查点', patrol_text: '把常要看的地方加进来：车棚、消火栓、楼顶。到期了会在「今天」提醒。', place: '还没有场所', place_text: '商户、单位、活动室，加进来就能走访。', facility: '还没有设施', facility_text: '电梯、路灯、灭火器，坏了一眼看得到。' },
  name: '名称', name_hint: { patrol: '3号楼车棚', place: '老马面馆', facility: '一单元楼道灯' }, kind: '类别', building: '在哪栋楼', building_none: '不在楼里', address: '位置', address_hint: '东门往里二十米', round: '哪一轮', round_hint: '消防巡查', order: '第几个', every_days: '几天一次', form_name: '检查表', contact: '联系人', phone: '电话', note: '备注', count: '数量', state: '状况', stop: '停用', stop_place: '已停业',
  here: '用现在的位置', here_text: '只在您按的时候取一次。记在这个点上的位置，大家看得到。', here_done: '已取到位置', here_none: '取不到位置，不记也行。', saved: '已存在本机 · {name}',
  check: '检查', visit: '走访', clear: '没问题', found: '有问题', absent: '没进去', closed_door: '没开门', met: '见到了', refused: '不让进', check_note: '看到什么', check_note_hint: '记一句（可不填）', check_saved: '已存在本机 · {name}', found_next: '上报这件事', found_text: '检查已经存下。上报会带上这个地方，不报也行。', later: '先不报', seen: '看过的', seen_none: '还没有看过', cases: '查出来的事',
  after: { title: '已存在本机', deceased: '记去世', deceased_text: '谁、哪天、新户主是谁', away: '记暂离到哪天', away_text: '到那天以前不催', moved: '办搬走', moved_text: '整户或一个人搬到哪里', no: '先不用' },
  death: { title: '记去世', who: '谁', on: '哪一天', head: '新户主', head_none: '先不定', head_text: '走的人是户主。户籍还在，由谁当户主？', note: '补一句', do: '记下', done: '已记下{name}去世', undone: '已撤销', text: '这个人的记录到这一天为止，留在档案里，不删。' },
  away: { title: '记暂离', who: '谁不在', until: '到哪天', days: '{n} 天', text: '全家都不在的，回来以前这扇门不算到期。', do: '记下', back: '已经回来了', done: '已记下，{date}以后再去', done_some: '已记下', returned: '已记下回来了', tag: '暂离到 {date}', door: '全家暂离到 {date}' },
  split: { title: '分户', who: '谁分出去', head: '新一家的户主', stays: '留下的户主', text: '同一个门再立一家。走访和历史都留在原来的档案里，两边互相看得到。', do: '分户', done: '已分户，同一个门两家', undo: '撤销分户', undone: '已撤销分户', on: '{date}分户', same_door: '同一个门', whole: '至少留下一个人。都走的话，用「搬家」。' },
  dead: '已去世', met_after: '之后有人写见到了，{at}。请核对。',
  hub: { make: '设为党员中心户', change: '中心户与联系的户', title: '党员中心户', name: '名称', name_hint: '不填就用户主姓名', lead: '负责党员', covers: '联系的户', covers_n: '联系 {n} 户', elsewhere: '另有 {n} 户不在这部手机里', find: '门牌或姓名，加一户', add: '加', drop: '去掉 {plate}', save: '保存', end: '不再是中心户', saved: '已存在本机 · 中心户 {name}', ended: '已不再是中心户', none: '还没有党员中心户', none_text: '从一户的档案里设。', of: '归中心户 {name} 联系' },
  wish: { short: '需求心愿', title: '记需求或心愿', need: '需求', wish: '心愿', resource: '资源', service: '服务', words: '是什么', words_hint: '想装个扶手', whose: '谁的', saved: '已存在本机', open: '没办的', all: '全部', none: '没有记下的需求和心愿', none_text: '走访时听到了，点「需求心愿」记下来。', settle: '进行到哪里', outcome: '结果', outcome_hint: '物业装好了', matched: '有人接', done: '已办到', dropped: '不办了', reopen: '还要办', list: '需求与心愿' },
  way: { start: '从哪里出发', first: '从头按号走', here: '从我这里', here_none: '取不到位置，先按楼号走。', metres: '约 {n} 米', total: '楼与楼之间共约 {n} 米', by_number: '楼的位置还没有登记，先按小区和楼号排。', stop_n: '第 {n} 站' },
  paste: { open: '粘贴一段话', text: '把聊天里的话贴进来，能认出的会列出来，由您挑。', label: '贴在这里', read: '认一认', guess: '像是', from: '“{from}”', kinds: { door: '门牌', building: '楼', person: '人', phone: '电话', matter: '事项' }, none: '没有认出门牌、人或事项。话可以照样用。', use: '用选中的', words: '这些话', picked: '已选', not: '不用这段话' },
}
