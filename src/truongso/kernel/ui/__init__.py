"""The look of every page: styles, icons, base templates, components, Vietnamese formats and form fields."""
