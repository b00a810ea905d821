// Words of duplicates and merging, added once by whatever shows them first.
import { addMessages } from '../../app/i18n'
import en from '../../locales/en/same'
import zh from '../../locales/zh-CN/same'

addMessages('same', zh, en)
