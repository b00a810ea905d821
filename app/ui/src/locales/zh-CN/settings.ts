// Settings of a deployment: the catalogue of matters, the working calendar.
export default {
  title: '设置', rail: '设置', parts: '设置的几部分', part: { 'o-flows': '流程', 'o-matters': '事项目录', 'o-calendar': '日历', 'o-forms': '问卷' },
  save: '保存', cancel: '取消', see: '全社区的设备下次联网都收到；在办的事时限马上跟着变。',
  category: { '01': '安全隐患', '02': '矛盾纠纷', '03': '环境卫生与城市管理', '04': '民生服务', '05': '社会治安', '06': '信息采集与政策宣传' },
  matter: {
    search: '查事项', search_hint: '名称、拼音、首字母、大家怎么说', list: '事项', all: '全部', none: '没有这样的事项', none_text: '换个说法，或者加一项。', optional: '可以不填', nothing: '（空）',
    filter: { changed: '改过', local: '自加', hidden: '不受理', gap: '没有牵头' },
    field: { lead: '牵头部门', level: '紧急程度', response_hours: '首次响应', resolve_days: '办结时限', synonyms: '俗称', workflow: '流程', hidden: '受理', name_zh: '名称', name_en: '英文名称' },
    level: { 1: '1 特急，先处置后记录', 2: '2 紧急', 3: '3 一般', 4: '4 常规服务' }, hidden: { 0: '受理', 1: '不受理，新事不能再报这一项' }, unit: { hours: '小时', days: '天（特急按自然日，其余按工作日）' },
    class: { open: '网格员、楼长看得到', register: '网格员看得到，楼长看不到', private: '只有专职网格员和社区看得到', office: '只有社区办公室看得到' },
    duty: { 履职: '社区履职', 协办: '社区协办', 代办: '社区代办', 只报: '社区只报' },
    fixed: '谁看得到、社区做什么，由事项定，不在这里改。', gap: '社区只报、又没有牵头部门：报上来没有人接。请写上牵头部门。', words_hint: '用顿号隔开；搜索和工单导入都按这些词认。',
    own: '产品原来是：{own}', take_back: '恢复原来的', saved: '已改{label}。', taken_back: '已恢复{label}。', by_catalogue: '按目录：{name}', catalogue: '按目录',
    add: '加一项', add_text: '目录里没有的，加在这里。编号从本类 999 往下用。', category: '类别', who_sees: '谁看得到（加了就不能改）', community: '社区做什么（加了就不能改）', add_save: '加到目录',
  },
  calendar: {
    year: '{year} 年', before: '前一年，{year}', after: '后一年，{year}', month: '{n} 月', weekday: { d1: '周一', d2: '周二', d3: '周三', d4: '周四', d5: '周五', d6: '周六', d7: '周日' },
    holiday: '节假日', weekend: '周末', works: '上班', free: '放假', made_up: '调休上班', own: '社区设的', worked: '{n} 个工作日', side: '这一天、通知和上班时间',
    by_us: '社区设的，时限按它算。', by_product: '按国务院的放假通知。', by_weekday: '按星期几。', name: '名称', set_free: '放假', set_works: '上班',
    done_free: '{day}放假，时限跟着变了。', done_works: '{day}上班，时限跟着变了。', done_back: '{day}恢复原来的。', done_year: '{year} 年按录全的算，不再提示。', done_year_back: '{year} 年恢复提示。', done_hours: '上班时间已改。',
    basis: { statutory: '{year} 年的放假通知还没有录全：只有法定节日，没有调休。通知出来后，把放假和调休上班的日子点一遍，再点「国务院通知已录全」。', weekdays: '{year} 年没有放假的资料：只按周一至周五算工作日，算出的时限会写明。可以先把知道的日子点上。' },
    notice: '{year} 年的放假通知', notice_text: '国务院每年年底公布下一年的放假和调休。', is_published: '已录全', is_published_own: '社区说明已录全', publish: '国务院通知已录全',
    hours: '上班时间', hours_hint: '写成 09:00-12:00,14:00-18:00', see: '工作时、工作日的时限都按这个算，改了马上跟着变，全社区的设备下次联网就一样。',
  },
}
