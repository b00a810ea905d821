// Words of field work; loaded with the first of its pages.
import { addMessages } from '../app/i18n'
import en from '../locales/en/field'
import zh from '../locales/zh-CN/field'

addMessages('field', zh, en)
