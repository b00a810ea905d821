// Words of what came in from others.
export default {
  title: '通知',
  somebody: '社区',
  said: { assigned: '{who}派给您：{title}', step: '{title}：{who}{step}', case: '{who}报了一件：{title}', answered: '{who}回了您：{title}', campaign: '新的专项排查：{title}', question: '{who}问您：{title}' },
  unseen: '{n} 条新的',
  none: '没有新的通知',
  none_text: '派给您的事、您报的事有了进展，会在这里。只在这部手机上显示。',
  line_text: '派给您的、有进展的',
  new: '新的',
  open: '看这件事',
  elsewhere: { title: '网格行', one: '社区有 {n} 条新消息' },
  pref: '来消息时提醒',
  pref_hint: '提醒上只写几条，不写人名和事',
  pref_refused: '这部手机没有允许提醒。要打开，到手机设置里允许。',
}
