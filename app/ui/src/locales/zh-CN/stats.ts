// 统计, and a month's figures for the level above.
export default {
  title: '统计', tabs: '看什么', here: '本级', up: '上报', below: '各社区', print: '打印', whole: '本机全部', unit: '看哪里', from: '从', until: '到',
  span: { month: '本月', last: '上月', quarter: '本季', year: '今年' }, period: '{from} 至 {until}',
  note: '只数门和事，不数人。按单元次序排，不排名。', on_paper: '{unit}统计',
  doors: {
    title: '走访', said: '{doors} 户里，这段时间见到 {reached} 户，去过没见到 {tried} 户。', now: '今天到期 {due} 户，逾期 {over} 户。', vacant: '另有空户 {n} 户。',
    by_grid: '各网格', by_tier: '各档', col: { of: '网格', tier: '档', doors: '户数', reached: '见到', tried: '没见到', due: '今天到期', over: '逾期', bar: '见到的占多少' }, bar: '{doors} 户里见到 {reached} 户', none: '这里没有住户资料。',
  },
  cases: {
    title: '办事', said: '新增 {opened} 件，办结 {closed} 件，还在办 {open} 件。', clocks: '到了时限的 {n} 件里，按时 {in_time} 件，超期 {late} 件；现在超期还没办的 {over} 件。', none: '这段时间没有事项。',
    by: '按什么看', by_category: '事项', by_grid: '网格', by_lead: '牵头部门', no_lead: '没有写牵头部门',
    col: { of: '事项', grid: '网格', lead: '牵头部门', opened: '新增', closed: '办结', open: '在办', over: '在办超期', in_time: '按时', late: '超期' }, more: '{name}：分项', total: '合计',
  },
  levels: { title: '在哪一级办结', said: '办结 {n} 件，其中 {near} 件没有出社区。', none: '这段时间没有办结的事项。' },
  ratings: { title: '居民评价', said: '{n} 件有评价。', none: '这段时间没有评价。' },
  trend: { title: '矛盾纠纷，近十二个月', said: '{n} 件。线画最多的四类，表里是全部。', none: '近十二个月没有矛盾纠纷。', col: '类型', label: '{name}，每月件数：{counts}', sum: '合计' },
  spots: { title: '事项最多的楼', none: '没有写到楼的事项。', col: '楼栋', n: '{n} 件' },
  tally: {
    month: '月份', teach: '交给街道的只有这些数。少于 5 的不写，靠别的数能算出来的也不写；没有人名，没有地址。', send: '上报', again: '再报一次', sent: '已存好，连上服务器就交上去。',
    was: '{at} 由{by}报过', changed: '之后有变化，再报一次就改过来', same: '报过以后没有变化', pending: '还没传上去', few: '少于 5', left_out: '不写',
    few_title: '少于 5，或能算出少于 5 的数', who: '街道办公室和本社区的人看得到这些数。', may_not: '由社区上报；您这里看得到报上来的数。',
    none: '还没有报上来的数。', none_text: '社区在「统计」的「上报」里按月报。', missing: '没报的：{names}', sum: '合计', community: '社区',
    group: { doors: '走访', opened: '新增事项', clocks: '时限', closed: '办结在哪一级', ratings: '居民评价' },
  },
}
