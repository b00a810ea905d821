// Our own components. They bring every pixel; behaviour and roles of dialogs, menus, tabs and switches come from reka-ui.

export { default as GwButton } from './GwButton.vue'
export { default as GwIcon } from './GwIcon.vue'
export { default as GwPlate } from './GwPlate.vue'
export { toast } from './toasts'
export type { IconName } from './icons'
