"""The page: run variants of LLB side by side on a clip and look inside them."""
