// Words of notices, for the worker and for the building head.
import { addMessages } from '../app/i18n'
import en from '../locales/en/notices'
import zh from '../locales/zh-CN/notices'

addMessages('notices', zh, en)
