"""The site: validated records become staged Markdown, and MkDocs with Material builds it."""
