// The weekly sheet in English, as it stands on the screen. The engine makes it for a meeting in Chinese, and the workbook stays Chinese; what people wrote, and
// the names of units and departments, are shown as they are.
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useQuery } from '../../app/query'

const EN: Readonly<Record<string, string>> = {
  本周事项: 'Matters of the week', 事项: 'Matter', 网格: 'Grid', 本周新增: 'New', 本周办结: 'Closed', 超期未结: 'Open, late', 在办: 'Open', 合计: 'Sum',
  解决层级: 'Where matters came to an end', 层级: 'Level', 占本周办结: 'Of all closed', 社区: 'Community', 街道: 'Street', 区县: 'District',
  走访覆盖: 'Visits', 户数: 'Doors', 本周走访到的户: 'Reached this week', 到周日应访未访: 'Due by Sunday, not reached', 其中逾期: 'Of these overdue',
  牵头部门未结: 'Open, by department', 牵头部门: 'Department', 超期: 'Late', 最早一件上报: 'First reported',
  要说的事: 'To be talked about', 标题: 'Title', 地点: 'Place', 牵头: 'Lead', 上报: 'Reported', 时限: 'Due', 进行到: 'State',
}

export function useWeekWords(): (zh: string) => string {
  const { locale } = useI18n()
  const matters = useQuery('list_matters', () => (locale.value === 'en' ? {} : null), { kinds: ['config'] })
  const names = computed(() => new Map((matters.data.value?.items ?? []).map((one) => [one.name_zh, one.name_en])))
  return (zh) => (locale.value === 'en' && (EN[zh] ?? names.value.get(zh))) || zh
}
