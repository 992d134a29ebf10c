-- Purpose: tells who may post. The first step of a post; post_at_once.lua includes it.
-- KEYS[1]  conversationmembers:<conversationId>
-- ARGV[1]  who must be attached: authors, or everyone
-- ARGV[2…] the authors
-- Returns  1 when somebody who must be attached has closed the window, else 0; then for each author 1 if they may post, else 0

-- @include membership

local everyone = ARGV[1] == 'everyone'
local isAttached, isAnyDetached = membersOf(KEYS[1], everyone)
local result = { everyone and isAnyDetached() and 1 or 0 }
for i = 2, #ARGV do
  result[i] = isAttached(ARGV[i]) and 1 or 0
end
return result
