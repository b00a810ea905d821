// Who sees a case beside those of its own units: shown, chosen, taken back.
export default {
  title: '谁看得到', add: '给别人看', own: '本来就看得到',
  own_who: { common: '社区里的人', open: '社区办公室，负责这里的网格员和楼长', door: '社区办公室，负责这里的网格员和楼长', register: '社区办公室，负责这里的网格员', private: '社区办公室，负责这里的专职网格员', office: '只有社区办公室' },
  by_share: '这件事是别处给您看的，收回以后这里就没有了。',
  by_name: '指名给本人', unit: '单位',
  upto: { common: '看事由和办理经过', open: '看事由和办理经过', door: '看事由和办理经过', register: '看事由、办理经过和涉及的住户', private: '看事由、办理经过和涉及的人', office: '看全部，含社区内部的' },
  since: '{at} 起', until: '到 {at} 自动收回', lasts: '直到收回', pending: '等服务器确认，还没看到', leaving: '已要收回，等服务器确认', ended: '任期已结束，已经看不到',
  choose: '给谁看这件事', choose_text: '只给这一件和它的办理经过，住户的档案不给。随时能收回。', find: '单位、姓名', nobody: '没有找到', units: '上级单位', people: '指名给一个人', how_much: '看到哪里',
  logged: '涉及住户，会记下谁给了谁。', do: '给{name}看', do_none: '先选给谁', asked: '已存好，服务器确认后{name}就看得到。',
  end: '收回', end_of: '从{name}收回', end_title: '从{name}收回这件事？', end_text: '{name}的设备下次联网就不再有这件事。收回以前写的办理都留着；收回以后才传来的，先放着等社区看。', end_do: '收回', end_asked: '已存好，服务器确认后从{name}收回。', keep: '先不收回', sep: '，',
}
