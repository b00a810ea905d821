// 人员与设备: staffing, invites, handing over, the sheet about a device that is gone.
export default {
  machine: '哪台电脑', machine_with: '同一台上还有{names}', machine_all: '同一台电脑（{node}）上的账号一起停用：{names}', machine_self: '正在用的这个账号就在那台电脑上，请从另一台设备停用它。',
  teams: {
    title: '队伍配备', chip: '队伍配备', back: '人员设备', count: '{grids} 个网格，{micro} 个微网格', list: '哪里缺人', none: '各处都配齐了', none_text: '每个网格有专职网格员和网格指导员，微网格 5 到 7 人，三十天内没有到期的任期。',
    about: '只看岗位配没配齐，不看谁干得多少。',
    rule: { nobody: '没有人负责', no_worker: '没有专职网格员', no_guide: '没有网格指导员', few: '只有 {n} 人，少于 5 人', many: '有 {n} 人，多于 7 人', no_party: '没有党员', no_head: '没有楼长或胡同长', term_ends: '{name}的任期 {day} 到期，还没有人接' },
    do: { nobody: '任命一名专职网格员，再请人用邀请码登记手机。', no_worker: '任命一名专职网格员。', no_guide: '在「谁管哪里」选一个人，岗位改成网格指导员；指导几个网格的，任命在社区就行。', few: '从楼长、党员、社区干部里再请人。', many: '太大了，可以划成两个微网格。', no_party: '选一名党员，勾上「党员」。', no_head: '在楼里任命一名楼长，或把一人的岗位改成胡同长。', term_ends: '改任期，或交给下一个人。' },
    go: '去处理',
  },
  post: { label: '岗位', none: '按角色', party: '党员', save: '保存岗位', saved: '岗位已改。', also: '{role}，{post}' },
  invites: { title: '发出的邀请', none: '三十天内没有发过邀请。', open: '等登记，{at} 前有效', used: '{at} 登记了', expired: '过期，没有人用', taken_back: '{at} 收回了', take_back: '收回', taken: '已收回给{name}的邀请。' },
  over: {
    act: '交给别人', title: '{name}的这份工作交给谁', first: '从哪天起接手', unsent: '{name}手机上还有 {n} 条没传，交接以前写的照样收下。', behind: '{name}的手机还没有联系上，可能还有没传的；以前写的照样收下。', fine: '{name}写下的都已经传到。', no_device: '{name}没有在用的设备。',
    cases: '手上的事项 {n} 件，会留在网格里，接手的人都看得到；要改成由他办，交接以后在「交接」页一次转。', cases_none: '手上没有没办完的事项。', pass: '去转办', doing: '交接', kept: '{name}的任期到前一天为止；两件事一起生效，或者都不生效。',
    in_hand: '{from}手上还有 {n} 件没办完：', pass_all: '都转给{to}', passed: '{n} 件已转给{to}', passed_note: '{from}交接给{to}', pass_stuck: '{state}，这一步不能转，请打开来办',
    page: '交接', none: '最近没有交接', none_text: '在「谁管哪里」选一个人，点「交给别人」。', row: '{from} 交给 {to}', list: '交接到哪里了', about: '交出的人手机上写的，全部到齐才算交接完。',
    state: { planned: '{day} 起交接', waiting: '等{name}的手机联系', unsent: '{name}还有 {n} 条没传', done: '交接完了，都到齐了', no_device: '{name}没有在用的设备，没有要等的' },
  },
  sheet: {
    open: '里面有什么（可打印）', title: '设备丢失情况说明', back: '人员设备', print: '打印', of: '{name}的设备', made: '{at} 由{by}列出', facts: '这台设备', held: '里面有什么', units: '哪些单元', records: '记录', people: '居民', fields: '哪些内容', sensitive: '敏感个人信息', plain: '一般',
    never: '从来没有', seen: '最近一次联系', reported: '报失或停用时间', wiped: '证明已清除', wiped_not: '还没有', lease: '没有信号时能看到', unsent: '当时还没交上来', machine: '哪台电脑', state: '现在的状态', role: '谁在用',
    how: '怎样保护', how_text: ['资料在设备上加密存放，没有本人的六位 PIN 打不开；PIN 试错五次以后越等越久。', '停用以后服务器不再给它任何资料，它传来的一概不收进台账。', '它下次联系时自己清除，并留下签名证明；锁着、关着或没有网络时联系不上，清除时间见上。'],
    measures: '已经采取和还要做的（个人信息保护法第五十七条）', measures_text: ['种类、原因和可能的危害：见上面的内容和数字。', '已经采取的补救：停用、拒收、下令清除、租期到了自动看不了。', '受影响的人可以怎样减轻危害：留意冒充社区的电话和短信，不要把验证码告诉别人。', '联系方式：社区办公室（请填写）。'],
    tell: '怎么告诉居民', tell_text: '请按上面的单元通知。措施能有效避免信息泄露、篡改、丢失造成危害的，可以不通知个人；主管部门认为可能造成危害的，要求通知时必须通知。要不要通知，由社区和主管部门定。', counted: '数字按这台社区设备上的同类资料统计，截至它最近一次联系时的权限；不列居民姓名。', signs: ['填表人', '负责人', '日期'],
  },
}
