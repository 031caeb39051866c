"""The screens where a person sees to conversations that want one."""
