// SPDX-License-Identifier: MIT
#include "state/statechanges.h"

#include "protocol/valueencoder.h"

namespace QRepod {

bool StateChanges::write(ValueEncoder &encoder) const
{
    if (!encoder.beginList(m_steps.size() + qsizetype(m_rows.size())))
        return false;
    for (const QVariant &step : m_steps) {
        if (!encoder.value(step))
            return false;
    }
    for (const ChangedValues::Row &row : m_rows) {
        if (!writeRow(encoder, row))
            return false;
    }
    return encoder.end();
}

//! Writes a StateChange of the kind `set` without building one.
bool StateChanges::writeRow(ValueEncoder &encoder, const ChangedValues::Row &row) const
{
    if (!encoder.beginList(3))
        return false;
    encoder.text(u"set");
    encoder.integer(row.row);
    if (!encoder.beginMap(qsizetype(row.end - row.begin)))
        return false;
    for (size_t i = row.begin; i < row.end; ++i) {
        const auto &[role, value] = m_values->values[i];
        const QString &name = m_values->roles[role];
        encoder.text(name);
        if (!encoder.value(value))
            return encoder.failedAt(name);
    }
    return encoder.end() && encoder.end();
}

QVariantList StateChanges::toList() const
{
    QVariantList list = m_steps;
    for (const ChangedValues::Row &row : m_rows) {
        StateChange change{StateChange::Kind::Set, row.row, 1, 0, {}, {}};
        for (size_t i = row.begin; i < row.end; ++i) {
            const auto &[role, value] = m_values->values[i];
            change.values.insert(m_values->roles[role], value);
        }
        list.append(QVariant(change.toList()));
    }
    return list;
}

} // namespace QRepod
