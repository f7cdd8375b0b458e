// SPDX-License-Identifier: MIT
#include "state/stateparts.h"

#include "protocol/streamedlist.h"
#include "state/statemessage.h"

#include <iterator>
#include <optional>
#include <utility>

namespace QRepod {

namespace {

using Halves = std::pair<QVariantMap, QVariantMap>;

QVariantMap withField(QVariantMap fields, const QString &name, const QVariant &value)
{
    fields.insert(name, value);
    return fields;
}

QVariantMap changesField(const QVariantList &changes)
{
    return {{StateField::changes(), changes}};
}

QVariantMap oneChange(const QVariant &name, const QVariant &row, const QVariant &argument)
{
    return changesField({QVariant(QVariantList{name, row, argument})});
}

QVariantMap insertion(qlonglong row, const QVariantList &rows)
{
    return oneChange(QStringLiteral("insert"), row, rows);
}

Halves halvesOf(const QVariantMap &values)
{
    Halves halves;
    const auto middle = std::next(values.cbegin(), values.size() / 2);
    for (auto it = values.cbegin(); it != values.cend(); ++it)
        (halves.second.isEmpty() && it != middle ? halves.first : halves.second)
            .insert(it.key(), it.value());
    return halves;
}

//! Halves an insertion of several rows, or several values of a row.
std::optional<Halves> halvesOfChange(const QVariantList &change)
{
    const QVariant &argument = change.constLast();
    if (argument.metaType() == QMetaType::fromType<QVariantMap>()) {
        const auto [first, second] = halvesOf(argument.toMap());
        if (first.isEmpty())
            return std::nullopt;
        return Halves(oneChange(change[0], change[1], first),
                      oneChange(change[0], change[1], second));
    }
    const QVariantList rows = argument.toList();
    if (rows.size() < 2)
        return std::nullopt;
    const qlonglong row = change[1].toLongLong();
    const qsizetype half = rows.size() / 2;
    return Halves(insertion(row, rows.first(half)), insertion(row + half, rows.sliced(half)));
}

//! \return nothing if \a fields are about one value, or one inserted row.
std::optional<Halves> halvesOfMessage(const QVariantMap &fields)
{
    const QVariantList rows = fields.value(StateField::rows()).toList();
    if (!rows.isEmpty()) {
        const qsizetype half = rows.size() / 2;
        return Halves(withField(fields, StateField::rows(), rows.first(half)),
                      insertion(half, rows.sliced(half)));
    }
    const QVariantMap set = fields.value(StateField::set()).toMap();
    const bool isFull = fields.contains(StateField::full());
    if (set.size() > 1 || (isFull && !set.isEmpty())) {
        const auto [first, second] = halvesOf(set);
        return Halves(withField(fields, StateField::set(), first),
                      QVariantMap{{StateField::set(), second}});
    }
    const QVariantList changes = fields.value(StateField::changes()).toList();
    if (changes.size() > 1) {
        const qsizetype half = changes.size() / 2;
        return Halves(changesField(changes.first(half)), changesField(changes.sliced(half)));
    }
    return changes.isEmpty() ? std::nullopt : halvesOfChange(changes[0].toList());
}

//! Returns a row that is too large without its values, so that later rows keep their numbers.
std::optional<QVariantMap> withoutValues(const QVariantMap &fields)
{
    const QVariantList changes = fields.value(StateField::changes()).toList();
    const QVariantList change = changes.value(0).toList();
    if (change.value(0) != QStringLiteral("insert"))
        return std::nullopt;
    return insertion(change[1].toLongLong(), {QVariant(QVariantList())});
}

void cut(const QVariantMap &fields, const StateParts::Fits &fits, StateParts &parts)
{
    QVariantMap part = withField(fields, StateField::more(), true);
    if (fits(part)) {
        parts.messages.push_back(std::move(part));
    } else if (const auto halves = halvesOfMessage(fields)) {
        cut(halves->first, fits, parts);
        cut(halves->second, fits, parts);
    } else {
        parts.isComplete = false;
        const auto row = withoutValues(fields);
        if (row && *row != fields)
            cut(*row, fits, parts);
    }
}

} // namespace

StateParts StateParts::of(const QVariantMap &fields, const Fits &fits)
{
    StateParts parts;
    cut(StreamedList::expanded(fields), fits, parts);
    if (!parts.messages.empty())
        parts.messages.back().remove(StateField::more());
    return parts;
}

} // namespace QRepod
