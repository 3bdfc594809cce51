// A panel that is a ranked list of numbers that are here already.

import { Card, type CardProps } from './card';
import { Listed, type ListedProps } from './listed';

type ListCardProps = Omit<CardProps, 'children' | 'isWide'> & ListedProps;

export function ListCard({ question, tools, ...list }: ListCardProps) {
  return (
    <Card id={list.id} title={list.title} question={question} tools={tools}>
      <Listed {...list} />
    </Card>
  );
}
