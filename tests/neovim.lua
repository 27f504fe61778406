-- What tests/neovim.py has Neovim do; the answers go into $OUT as JSON.
local said = { typed = {} }
local uri = vim.uri_from_fname(vim.fn.getcwd() .. "/vms.yaml")

-- The user's init.lua has started the server.
local function wait()
  vim.wait(20000, function() return next(vim.lsp.buf_get_clients(0)) ~= nil end, 5)
end

-- The server judges before it answers this: what it published has come too.
local function ask(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params, 20000)
  local _, answer = next(answers or {})
  return answer and answer.result
end

local function settle()
  ask("textDocument/documentSymbol", { textDocument = { uri = uri } })
end

local function at(line, text)
  local column = vim.api.nvim_buf_get_lines(0, line, line + 1, true)[1]:find(text, 1, true)
  vim.api.nvim_win_set_cursor(0, { line + 1, column })
  return vim.lsp.util.make_position_params(0, "utf-16")
end

local function diagnostics()
  local list = vim.tbl_map(function(d)
    return { line = d.lnum, byte = d.col, severity = d.severity, code = d.code }
  end, vim.diagnostic.get(0))
  return #list > 0 and list or vim.empty_dict()
end

local function codes()
  return vim.tbl_map(function(d) return d.code end, vim.diagnostic.get(0))
end

local function set(line, text)
  vim.api.nvim_buf_set_lines(0, line, line + 1, true, { text })
end

-- A change of a few characters, as a user makes one.
local pieces = { "x", "😀", "漢", ":", " ", "{", "}", "'", "#", "é: 3", "-", "]", "vcpus: 4" }

local function type_something()
  local line = math.random(0, vim.api.nvim_buf_line_count(0) - 1)
  local text = vim.api.nvim_buf_get_lines(0, line, line + 1, true)[1]
  -- A place between two characters, not two bytes.
  local from = vim.str_byteindex(text, math.random(0, (vim.str_utfindex(text))))
  local kind = math.random(1, 10)

  if kind <= 6 then
    vim.api.nvim_buf_set_text(0, line, from, line, from, { pieces[math.random(#pieces)] })
  elseif kind <= 8 then
    vim.api.nvim_buf_set_text(0, line, from, line, #text, { "" })
  elseif kind == 9 then
    vim.api.nvim_buf_set_text(0, line, from, line, from, { "", "    " })
  else
    vim.cmd("silent! undo")
  end
end

local function main()
  math.randomseed(5)
  wait()
  settle()
  said.opened = codes()
  said.hover = ask("textDocument/hover", at(8, "vgpu")).contents.value
  local there = ask("textDocument/definition", at(5, "hgx"))
  said.definition = { vim.fn.fnamemodify(vim.uri_to_fname(there.uri), ":t"), there.range.start.line }
  set(8, "    vgpu: ")
  local items = ask("textDocument/completion", { textDocument = { uri = uri }, position = { line = 8, character = 10 } })
  said.completion = vim.tbl_map(function(i) return i.label end, items)
  set(8, "    vgpu: A100DX-80C")
  vim.api.nvim_buf_set_lines(0, 9, 9, true, { "    uvm: true" })
  local place = at(9, "true")
  place.range = { start = place.position, ["end"] = place.position }
  place.context = { diagnostics = {} }
  for _, action in ipairs(ask("textDocument/codeAction", place) or {}) do
    vim.lsp.util.apply_workspace_edit(action.edit, "utf-16")
  end
  said.fixed = vim.api.nvim_buf_get_lines(0, 9, 10, true)[1]
  for _ = 1, 60 do
    type_something()
    settle()
    local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n") .. "\n"
    table.insert(said.typed, { text = text, diagnostics = diagnostics() })
  end
end

local good, problem = xpcall(main, debug.traceback)
if not good then
  io.stderr:write(tostring(problem) .. "\n")
end
if good then
  vim.fn.writefile({ vim.json.encode(said) }, vim.env.OUT)
end
vim.cmd("qall!")
