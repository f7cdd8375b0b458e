// SPDX-License-Identifier: MIT
#include "repodcat/table.h"

#include "repodcat/json.h"

#include <QtCore/QStringList>

#include <algorithm>

namespace {

constexpr qsizetype widestCell = 32;

//! Returns the text of a cell, in one line: text unchanged, everything else as JSON.
QString cellOf(const QVariant &value)
{
    QString text = value.toString();
    if (value.metaType() != QMetaType::fromType<QString>()) {
        const QByteArray json = toJson({{"v", value}}); // {"v":…}
        text = QString::fromUtf8(json.sliced(5).chopped(1));
    }
    for (QChar &character : text) {
        if (!character.isPrint() && !character.isSurrogate())
            character = u' ';
    }
    return text.size() > widestCell ? text.first(widestCell - 1) + QChar(0x2026) : text;
}

QList<QStringList> cellsOf(const QVariantMap &state)
{
    QList<QStringList> cells;
    const QVariantMap values = state["values"].toMap();
    for (auto it = values.cbegin(); it != values.cend(); ++it)
        cells.append({it.key(), cellOf(*it)});
    const QStringList roles = state["roles"].toStringList();
    if (!roles.isEmpty())
        cells.append(roles);
    for (const QVariant &row : state["rows"].toList()) {
        const QVariantMap map = row.toMap();
        QStringList line;
        for (const QString &role : roles)
            line.append(cellOf(map.value(role)));
        cells.append(line);
    }
    return cells;
}

QString titleOf(const QVariantMap &state)
{
    const QString title = state["name"].toString() + " at " + state["time"].toString() + " ms";
    if (state.contains("rows"))
        return title + QString(", %1 rows").arg(state["rows"].toList().size());
    return state.contains("values") ? title : title + ": not shared";
}

} // namespace

QByteArray toTable(const QVariantMap &state, QSize size)
{
    const QList<QStringList> cells = cellsOf(state);
    QList<qsizetype> widths;
    for (const QStringList &line : cells) {
        widths.resize(std::max(widths.size(), line.size()));
        for (qsizetype i = 0; i < line.size(); ++i)
            widths[i] = std::max(widths[i], line[i].size());
    }
    QStringList lines = {titleOf(state)};
    for (const QStringList &line : cells) {
        // Leave room for this line, another one, and the cursor's.
        if (lines.size() + 3 > size.height() && cells.size() > lines.size()) {
            lines.append(QString("... and %1 more").arg(cells.size() - lines.size() + 1));
            break;
        }
        QString text;
        for (qsizetype i = 0; i < line.size(); ++i)
            text += line[i].leftJustified(widths[i] + 2);
        lines.append(text.trimmed());
    }
    QByteArray table;
    for (const QString &line : std::as_const(lines))
        table += line.left(size.width()).toUtf8() + '\n';
    return table;
}
