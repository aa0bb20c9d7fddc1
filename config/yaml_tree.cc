#include "config/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <sstream>
#include <utility>

#include "config/utf8.h"

namespace weir::config {
namespace {

// Far above any use of ours; what is larger is an attack or a wrong file.
constexpr size_t kDeepest = 16;
constexpr size_t kMostNodes = 20'000;

// Ends the reading; its fault stands already.
struct Stop : std::exception {};

// Turns the parser's events into a tree. The handler of a document, then thrown away.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(YamlTree& tree, std::string_view file_name) : tree_(tree), file_name_(file_name) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    add_fault(mark, "a second document, expected one");
    throw Stop();
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    place(mark, YamlNode::Kind::kNothing);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    add_fault(mark, "an alias, expected the value itself");
    place(mark, YamlNode::Kind::kRefused);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    refuse_tag(mark, tag);
    if (tag == "!") last_quoted_ = mark;
    place(mark, YamlNode::Kind::kScalar).text = value;
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open(mark, YamlNode::Kind::kList);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open(mark, YamlNode::Kind::kMapping);
  }
  void OnMapEnd() override { close(); }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override {
    add_fault(mark, "an anchor, expected a plain value: anchors and aliases are not supported");
  }

  // The only one that can lack its end.
  const YAML::Mark& last_quoted() const { return last_quoted_; }

  void add_fault(const YAML::Mark& mark, std::string text) {
    tree_.faults.push_back(
        {std::string(file_name_), mark.line + 1, mark.column + 1, "", std::move(text)});
  }

 private:
  // Quoted scalars carry "!", plain ones "?".
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "!" || tag == "?") return;
    add_fault(mark, "a tag, expected a plain value: tags are not supported");
  }

  YamlNode make(const YAML::Mark& mark, YamlNode::Kind kind) {
    if (++nodes_ > kMostNodes) {
      add_fault(mark, "more than " + std::to_string(kMostNodes) + " values, too many");
      throw Stop();
    }
    YamlNode node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }

  // The children of the open nodes move when their parents' vectors grow, so open nodes are kept
  // apart and handed over when they close.
  YamlNode& place(const YAML::Mark& mark, YamlNode::Kind kind) {
    return hand_over(make(mark, kind));
  }
  YamlNode& hand_over(YamlNode node) {
    if (open_.empty()) return tree_.root = std::move(node);
    return open_.back().children.emplace_back(std::move(node));
  }
  void open(const YAML::Mark& mark, YamlNode::Kind kind) {
    if (open_.size() == kDeepest) {
      add_fault(mark, "nested deeper than " + std::to_string(kDeepest) + " levels");
      throw Stop();
    }
    open_.push_back(make(mark, kind));
  }
  void close() {
    YamlNode node = std::move(open_.back());
    open_.pop_back();
    hand_over(std::move(node));
  }

  YamlTree& tree_;
  std::string_view file_name_;
  std::vector<YamlNode> open_;
  YAML::Mark last_quoted_ = YAML::Mark::null_mark();
  size_t documents_ = 0;
  size_t nodes_ = 0;
};

// yaml-cpp replaces bad UTF-8 and takes text with zero bytes for UTF-16, both silently.
std::optional<Fault> find_unclean_text(std::string_view text, std::string_view file_name) {
  int line = 1;
  int column = 1;
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  while (!text.empty()) {
    const size_t length = clean_character_length(text);
    const char first = text.front();
    if (length == 0 && first != '\n' && first != '\r' && first != '\t') {
      const bool ascii = static_cast<unsigned char>(first) < 0x80;
      return Fault{std::string(file_name), line, column, "",
                   ascii ? "a control character, expected text" : "not UTF-8, expected UTF-8 text"};
    }
    line += first == '\n' ? 1 : 0;
    column = first == '\n' ? 1 : column + 1;
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return {};
}

// From the beginning of a line, which counts from 0; empty when there are not so many.
std::string_view from_line(std::string_view text, int line) {
  for (; line > 0; --line) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text;
}

// yaml-cpp closes it silently at the end of the text where that is a line's end.
bool lacks_end(std::string_view text, const YAML::Mark& quoted) {
  if (quoted.is_null()) return false;
  text = from_line(text, quoted.line);
  text.remove_prefix(std::min(static_cast<size_t>(quoted.column), text.size()));
  if (!text.starts_with('"') && !text.starts_with('\'')) return false;
  return text.find(text.front(), 1) == std::string_view::npos;
}

std::string tab_hint(std::string_view text, int line) {
  text = from_line(text, line);
  const size_t first = text.find_first_not_of(' ');
  const bool tab = first != std::string_view::npos && text[first] == '\t';
  return tab ? " (the line begins with a tab, expected spaces)" : "";
}

}  // namespace

YamlTree read_yaml(std::string_view text, std::string_view file_name) {
  YamlTree tree;
  if (auto fault = find_unclean_text(text, file_name)) {
    tree.faults.push_back(*std::move(fault));
    return tree;
  }
  TreeBuilder builder(tree, file_name);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    if (!lacks_end(text, builder.last_quoted())) return tree;
    tree = YamlTree();
    builder.add_fault(builder.last_quoted(), "not valid YAML: a quote that is not closed");
  } catch (const Stop&) {
  } catch (const YAML::Exception& error) {
    tree.root = YamlNode();
    builder.add_fault(error.mark, "not valid YAML: " + error.msg + tab_hint(text, error.mark.line));
  } catch (const std::exception& error) {
    tree.faults.push_back(
        {std::string(file_name), 0, 0, "", std::string("not readable as YAML: ") + error.what()});
  }
  return tree;
}

}  // namespace weir::config
