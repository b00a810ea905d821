// Words of the part that both the phone and the office show; loaded with it.
import { addMessages } from '../app/i18n'
import en from '../locales/en/share'
import zh from '../locales/zh-CN/share'

addMessages('share', zh, en)
