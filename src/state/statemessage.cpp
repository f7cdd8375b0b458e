// SPDX-License-Identifier: MIT
#include "state/statemessage.h"

#include <iterator>
#include <limits>
#include <utility>

namespace QRepod {

namespace {

constexpr qint64 maximumRow = std::numeric_limits<int>::max();

bool isMap(const QVariant &value)
{
    return value.metaType() == QMetaType::fromType<QVariantMap>();
}

bool isList(const QVariant &value)
{
    return value.metaType() == QMetaType::fromType<QVariantList>();
}

bool isText(const QVariant &value)
{
    return value.metaType() == QMetaType::fromType<QString>();
}

//! Returns \a value as a row number or a count of rows; nothing if it is neither.
std::optional<int> rowNumber(const QVariant &value)
{
    if (value.metaType() != QMetaType::fromType<qint64>())
        return std::nullopt;
    const qint64 number = value.toLongLong();
    return number >= 0 && number <= maximumRow ? std::optional(int(number)) : std::nullopt;
}

std::optional<QList<RowValues>> readRows(const QVariant &value)
{
    if (!isList(value))
        return std::nullopt;
    QList<RowValues> rows;
    for (const QVariant &row : value.toList()) {
        if (!isList(row))
            return std::nullopt;
        rows.append(row.toList());
    }
    return rows;
}

std::optional<StateChange> readChange(const QVariant &value)
{
    using Kind = StateChange::Kind;
    const QVariantList parts = isList(value) ? value.toList() : QVariantList();
    const QString kind = parts.value(0).toString();
    const auto row = rowNumber(parts.value(1));
    if (!row)
        return std::nullopt;
    if (kind == QLatin1String("insert") && parts.size() == 3) {
        const auto rows = readRows(parts[2]);
        return rows
            ? std::optional(StateChange{Kind::Insert, *row, int(rows->size()), 0, *rows, {}})
            : std::nullopt;
    }
    if (kind == QLatin1String("set") && parts.size() == 3 && isMap(parts[2]))
        return StateChange{Kind::Set, *row, 1, 0, {}, parts[2].toMap()};
    const auto count = rowNumber(parts.value(2));
    if (!count)
        return std::nullopt;
    if (kind == QLatin1String("remove") && parts.size() == 3)
        return StateChange{Kind::Remove, *row, *count, 0, {}, {}};
    const auto to = rowNumber(parts.value(3));
    if (kind == QLatin1String("move") && parts.size() == 4 && to)
        return StateChange{Kind::Move, *row, *count, *to, {}, {}};
    return std::nullopt;
}

std::optional<std::vector<StateChange>> readChanges(const QVariant &value)
{
    if (!isList(value))
        return std::nullopt;
    std::vector<StateChange> changes;
    for (const QVariant &entry : value.toList()) {
        auto change = readChange(entry);
        if (!change)
            return std::nullopt;
        changes.push_back(std::move(*change));
    }
    return changes;
}

//! Returns the list of texts in \a value; nothing if it is not one, or two texts are equal.
std::optional<QStringList> readRoles(const QVariant &value)
{
    if (!isList(value))
        return std::nullopt;
    QStringList roles;
    for (const QVariant &role : value.toList()) {
        if (!isText(role) || roles.contains(role.toString()))
            return std::nullopt;
        roles.append(role.toString());
    }
    return roles;
}

} // namespace

QVariantList StateChange::toList() const
{
    switch (kind) {
    case Kind::Insert: {
        QVariantList list;
        list.reserve(rows.size());
        for (const RowValues &values : rows)
            list.append(QVariant(values));
        return {QStringLiteral("insert"), row, list};
    }
    case Kind::Remove:
        return {QStringLiteral("remove"), row, count};
    case Kind::Move:
        return {QStringLiteral("move"), row, count, to};
    case Kind::Set:
        break;
    }
    return {QStringLiteral("set"), row, values};
}

std::optional<StateMessage> StateMessage::read(const QVariantMap &fields)
{
    if (!isText(fields.value(StateField::name())))
        return std::nullopt;
    StateMessage message;
    message.name = fields.value(StateField::name()).toString();
    message.time = fields.value(StateField::time()).toLongLong();
    message.isFull = fields.value(StateField::full()).toBool();
    message.isEnd = fields.value(StateField::end()).toBool();
    message.isPart = fields.value(StateField::more()).toBool();
    if (const auto set = fields.constFind(StateField::set()); set != fields.cend()) {
        if (!isMap(*set))
            return std::nullopt;
        message.set = set->toMap();
    }
    if (const auto rows = fields.constFind(StateField::rows()); rows != fields.cend()) {
        message.rows = readRows(*rows);
        const auto roles = readRoles(fields.value(StateField::roles()));
        if (!message.rows || !roles)
            return std::nullopt;
        message.roles = *roles;
        message.key = fields.value(StateField::key()).toString();
    }
    if (const auto changes = fields.constFind(StateField::changes()); changes != fields.cend()) {
        auto read = readChanges(*changes);
        if (!read)
            return std::nullopt;
        message.changes = std::move(*read);
    }
    return message;
}

void StateMessage::append(StateMessage part)
{
    time = part.time;
    isPart = part.isPart;
    if (set && part.set)
        set->insert(*part.set);
    else if (part.set)
        set = std::move(part.set);
    changes.insert(changes.end(), std::make_move_iterator(part.changes.begin()),
                   std::make_move_iterator(part.changes.end()));
}

} // namespace QRepod
